import { useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { TokenForm } from '../components/form/token-form.tsx'
import { Head } from '../components/layout/head.tsx'
import { SuccessNotice } from '../components/layout/success-notice.tsx'
import { useMessages } from '../i18n/messages.ts'

export default function Unsubscribe() {
  const { unsubscribe } = useMessages()
  const location = useLocation()
  return (
    <>
      <Head title={unsubscribe.title} description={unsubscribe.description} />
      <h1>{unsubscribe.title}</h1>
      <SuccessNotice words={{ ended: unsubscribe.ended }} />
      <Show when={!new URLSearchParams(location.search).has('done')}>
        <TokenForm action="/unsubscribe" lead={unsubscribe.lead} button={unsubscribe.end} />
      </Show>
    </>
  )
}
