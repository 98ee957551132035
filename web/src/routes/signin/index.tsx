import { SignForm } from '../../components/form/sign-form.tsx'
import { Head } from '../../components/layout/head.tsx'
import { SuccessNotice } from '../../components/layout/success-notice.tsx'
import { useMessages } from '../../i18n/messages.ts'

export default function SignIn() {
  const { sign } = useMessages()
  return (
    <>
      <Head title={sign.inTitle} description={sign.inDescription} />
      <h1>{sign.inTitle}</h1>
      <SuccessNotice words={{ reset: sign.reset }} />
      <SignForm action="/signin" button={sign.inTitle} />
    </>
  )
}
