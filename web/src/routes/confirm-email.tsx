import { useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { TokenForm } from '../components/form/token-form.tsx'
import { Done } from '../components/layout/done.tsx'
import { Head } from '../components/layout/head.tsx'
import { useWords } from '../i18n/words.ts'

export default function ConfirmEmail() {
  const { recover } = useWords()
  const location = useLocation()
  return (
    <>
      <Head title={recover.confirmTitle} description={recover.confirmTitle} />
      <h1>{recover.confirmTitle}</h1>
      <Done words={{ confirmed: recover.isConfirmed }} />
      <Show when={!new URLSearchParams(location.search).has('done')}>
        <TokenForm action="/confirm-email" lead={recover.confirmLead} button={recover.confirm} />
      </Show>
    </>
  )
}
