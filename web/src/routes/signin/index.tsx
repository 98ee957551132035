import { SignForm } from '../../components/form/sign-form.tsx'
import { Done } from '../../components/layout/done.tsx'
import { Head } from '../../components/layout/head.tsx'
import { useWords } from '../../i18n/words.ts'

export default function SignIn() {
  const { sign } = useWords()
  return (
    <>
      <Head title={sign.inTitle} description={sign.inDescription} />
      <h1>{sign.inTitle}</h1>
      <Done words={{ reset: sign.reset }} />
      <SignForm action="/signin" button={sign.inTitle} />
    </>
  )
}
