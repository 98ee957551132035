import { useLocation } from '@solidjs/router'
import { Field } from '../../components/form/field.tsx'
import { ErrorAlert } from '../../components/layout/error-alert.tsx'
import { Head } from '../../components/layout/head.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { useMessages } from '../../i18n/messages.ts'

export default function SignInCode() {
  const visitor = useVisitor()
  const location = useLocation()
  const { sign, fields } = useMessages()
  const next = () => visitor.refusal?.values.next ?? new URLSearchParams(location.search).get('next') ?? ''
  return (
    <>
      <Head title={sign.codeTitle} description={sign.codeLead} />
      <h1>{sign.codeTitle}</h1>
      <ErrorAlert failure={visitor.refusal} />
      <form method="post" action="/signin/code" class="stack panel narrow">
        <p>{sign.codeLead}</p>
        <input type="hidden" name="next" value={next()} />
        <Field label={fields.code} name="code" autocomplete="one-time-code" required refusal={visitor.refusal} />
        <button type="submit">{sign.inTitle}</button>
      </form>
    </>
  )
}
