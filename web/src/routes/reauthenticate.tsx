import { createAsync, useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { Field } from '../components/form/field.tsx'
import { PasskeyButton } from '../components/form/passkey-button.tsx'
import { ErrorAlert } from '../components/layout/error-alert.tsx'
import { Head } from '../components/layout/head.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { useMessages } from '../i18n/messages.ts'
import { readSettings } from '../queries/account.ts'

export default function Reauthenticate() {
  const visitor = useVisitor()
  const location = useLocation()
  const { security, fields } = useMessages()
  const settings = createAsync(() => readSettings())
  const known = () => {
    const loaded = settings()
    return loaded?.ok ? loaded.value : undefined
  }
  const next = () => visitor.refusal?.values.next ?? new URLSearchParams(location.search).get('next') ?? ''
  return (
    <>
      <Head title={security.againTitle} description={security.againDescription} />
      <h1>{security.againTitle}</h1>
      <ErrorAlert failure={visitor.refusal} />
      <form method="post" action="/reauthenticate" class="stack panel narrow">
        <p>{security.againLead}</p>
        <input type="hidden" name="next" value={next()} />
        <Field
          label={fields.password}
          name="password"
          type="password"
          autocomplete="current-password"
          refusal={visitor.refusal}
        />
        <Show when={known()?.hasTotp}>
          <Field
            label={fields.code}
            name="code"
            autocomplete="one-time-code"
            hint={security.againCode}
            refusal={visitor.refusal}
          />
        </Show>
        <button type="submit">{security.againNow}</button>
        <Show when={(known()?.passkeys.length ?? 0) > 0}>
          <PasskeyButton next={next()} again />
        </Show>
      </form>
    </>
  )
}
