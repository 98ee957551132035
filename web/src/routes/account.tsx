import { Show } from 'solid-js'
import { Head } from '../parts/head.tsx'
import { useVisitor } from '../parts/visitor.tsx'
import { useWords } from '../words/words.ts'

export default function Account() {
  const visitor = useVisitor()
  const words = useWords()
  return (
    <>
      <Head title={words.account.title} description={words.account.description} />
      <h1>{words.account.title}</h1>
      <Show when={visitor.user} fallback={<p role="alert">{words.account.away}</p>}>
        {(user) => (
          <dl class="panel narrow">
            <dt>{words.fields.email}</dt>
            <dd>{user().email}</dd>
          </dl>
        )}
      </Show>
      <p>
        <a href="/orders">{words.frame.orders}</a> · <a href="/listings">{words.frame.listings}</a>
      </p>
    </>
  )
}
