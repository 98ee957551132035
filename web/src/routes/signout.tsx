import { ErrorAlert } from '../components/layout/error-alert.tsx'
import { Head } from '../components/layout/head.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { useMessages } from '../i18n/messages.ts'

export default function SignOut() {
  const visitor = useVisitor()
  const { sign } = useMessages()
  return (
    <>
      <Head title={sign.outTitle} description={sign.outDescription} />
      <h1>{sign.outTitle}</h1>
      <ErrorAlert failure={visitor.refusal} />
      <form method="post" action="/signout">
        <button type="submit">{sign.outNow}</button>
      </form>
    </>
  )
}
