import { Head } from '../parts/head.tsx'
import { Refused } from '../parts/refused.tsx'
import { useVisitor } from '../parts/visitor.tsx'
import { useWords } from '../words/words.ts'

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
