import { Head } from '../parts/head.tsx'
import { Refused } from '../parts/refused.tsx'
import { useVisitor } from '../parts/visitor.tsx'

export default function SignOut() {
  const visitor = useVisitor()
  return (
    <>
      <Head title="Sign out" description="End this session." />
      <h1>Sign out</h1>
      <Refused failure={visitor.refusal} />
      <form method="post" action="/signout">
        <button type="submit">Sign out now</button>
      </form>
    </>
  )
}
