import { Field } from '../components/form/field.tsx'
import { Done } from '../components/layout/done.tsx'
import { Head } from '../components/layout/head.tsx'
import { Refused } from '../components/layout/refused.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { useWords } from '../i18n/words.ts'

export default function ForgotPassword() {
  const visitor = useVisitor()
  const { recover, fields } = useWords()
  return (
    <>
      <Head title={recover.title} description={recover.description} />
      <h1>{recover.title}</h1>
      <Done words={{ sent: recover.sent }} />
      <Refused failure={visitor.refusal} />
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
