import { Field } from '../components/form/field.tsx'
import { ErrorAlert } from '../components/layout/error-alert.tsx'
import { Head } from '../components/layout/head.tsx'
import { SuccessNotice } from '../components/layout/success-notice.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { useMessages } from '../i18n/messages.ts'

export default function ForgotPassword() {
  const visitor = useVisitor()
  const { recover, fields } = useMessages()
  return (
    <>
      <Head title={recover.title} description={recover.description} />
      <h1>{recover.title}</h1>
      <SuccessNotice words={{ sent: recover.sent }} />
      <ErrorAlert failure={visitor.refusal} />
      <form method="post" action="/forgot-password" class="stack panel narrow">
        <p>{recover.lead}</p>
        <Field
          label={fields.email}
          name="email"
          type="email"
          autocomplete="username"
          required
          refusal={visitor.refusal}
        />
        <button type="submit">{recover.send}</button>
      </form>
    </>
  )
}
