import { useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { TokenForm } from '../components/form/token-form.tsx'
import { Done } from '../components/layout/done.tsx'
import { Head } from '../components/layout/head.tsx'
import { useWords } from '../i18n/words.ts'

export default function Unsubscribe() {
  const { unsubscribe } = useWords()
  const location = useLocation()
  return (
    <>
      <Head title={unsubscribe.title} description={unsubscribe.description} />
      <h1>{unsubscribe.title}</h1>
      <Done words={{ ended: unsubscribe.ended }} />
      <Show when={!new URLSearchParams(location.search).has('done')}>
        <TokenForm action="/unsubscribe" lead={unsubscribe.lead} button={unsubscribe.end} />
      </Show>
    </>
  )
}
