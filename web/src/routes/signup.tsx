import { Head } from '../parts/head.tsx'
import { SignForm } from '../parts/sign-form.tsx'
import { useWords } from '../words/words.ts'

export default function SignUp() {
  const { sign } = useWords()
  return (
    <>
      <Head title={sign.upTitle} description={sign.upDescription} />
      <h1>{sign.upTitle}</h1>
      <SignForm action="/signup" button={sign.upTitle} passwordHint={sign.passwordHint} />
    </>
  )
}
