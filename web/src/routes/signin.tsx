import { Head } from '../parts/head.tsx'
import { SignForm } from '../parts/sign-form.tsx'
import { useWords } from '../words/words.ts'

export default function SignIn() {
  const { sign } = useWords()
  return (
    <>
      <Head title={sign.inTitle} description={sign.inDescription} />
      <h1>{sign.inTitle}</h1>
      <SignForm action="/signin" button={sign.inTitle} />
    </>
  )
}
