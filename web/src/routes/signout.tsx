import { Head } from '../components/layout/head.tsx'
import { Refused } from '../components/layout/refused.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { useWords } from '../i18n/words.ts'

export default function SignOut() {
  const visitor = useVisitor()
  const { sign } = useWords()
  return (
    <>
      <Head title={sign.outTitle} description={sign.outDescription} />
      <h1>{sign.outTitle}</h1>
      <Refused failure={visitor.refusal} />
      <form method="post" action="/signout">
        <button type="submit">{sign.outNow}</button>
      </form>
    </>
  )
}
