import { Show } from 'solid-js'
import { Head } from '../parts/head.tsx'
import { useVisitor } from '../parts/visitor.tsx'

export default function Account() {
  const visitor = useVisitor()
  return (
    <>
      <Head title="Account" description="Your account." />
      <h1>Account</h1>
      <Show when={visitor.user} fallback={<p role="alert">Your account cannot be shown right now.</p>}>
        {(user) => (
          <dl class="panel narrow">
            <dt>Email</dt>
            <dd>{user().email}</dd>
          </dl>
        )}
      </Show>
      <p>
        <a href="/orders">My orders</a> · <a href="/listings">My listings</a>
      </p>
    </>
  )
}
