import { useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { TokenForm } from '../components/form/token-form.tsx'
import { Head } from '../components/layout/head.tsx'
import { SuccessNotice } from '../components/layout/success-notice.tsx'
import { useMessages } from '../i18n/messages.ts'

export default function ConfirmEmail() {
  const { recover } = useMessages()
  const location = useLocation()
  return (
    <>
      <Head title={recover.confirmTitle} description={recover.confirmTitle} />
      <h1>{recover.confirmTitle}</h1>
      <SuccessNotice words={{ confirmed: recover.isConfirmed }} />
      <Show when={!new URLSearchParams(location.search).has('done')}>
        <TokenForm action="/confirm-email" lead={recover.confirmLead} button={recover.confirm} />
      </Show>
    </>
  )
}
