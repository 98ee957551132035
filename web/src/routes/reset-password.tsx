import { NewPasswordField } from '../components/form/new-password-field.tsx'
import { TokenForm } from '../components/form/token-form.tsx'
import { Head } from '../components/layout/head.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { useMessages } from '../i18n/messages.ts'

export default function ResetPassword() {
  const visitor = useVisitor()
  const { recover, fields, sign } = useMessages()
  return (
    <>
      <Head title={recover.resetTitle} description={recover.description} />
      <h1>{recover.resetTitle}</h1>
      <TokenForm action="/reset-password" lead={recover.resetLead} button={recover.save}>
        <NewPasswordField
          label={fields.newPassword}
          name="newPassword"
          hint={sign.passwordAdvice}
          refusal={visitor.refusal}
        />
      </TokenForm>
      <p>
        <a href="/forgot-password">{recover.again}</a>
      </p>
    </>
  )
}
