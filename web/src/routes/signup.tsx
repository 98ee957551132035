import { SignForm } from '../components/form/sign-form.tsx'
import { Head } from '../components/layout/head.tsx'
import { useMessages } from '../i18n/messages.ts'

export default function SignUp() {
  const { sign } = useMessages()
  return (
    <>
      <Head title={sign.upTitle} description={sign.upDescription} />
      <h1>{sign.upTitle}</h1>
      <SignForm action="/signup" button={sign.upTitle} />
    </>
  )
}
