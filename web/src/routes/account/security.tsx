import { createAsync } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { AuthenticatorApp } from '../../components/account/authenticator-app.tsx'
import { Passkeys } from '../../components/account/passkeys.tsx'
import { ErrorAlert } from '../../components/layout/error-alert.tsx'
import { Head } from '../../components/layout/head.tsx'
import { Page } from '../../components/layout/page.tsx'
import { SuccessNotice } from '../../components/layout/success-notice.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { useMessages } from '../../i18n/messages.ts'
import { readSettings } from '../../queries/account.ts'

export default function Security() {
  const visitor = useVisitor()
  const { security } = useMessages()
  const settings = createAsync(() => readSettings())
  return (
    <Page from={settings()} title={security.title}>
      {(known) => (
        <>
          <Head title={security.title} description={security.description} />
          <h1>{security.title}</h1>
          <SuccessNotice
            words={{
              removed: security.removed,
              passkey: security.passkeyRemoved,
              added: security.passkeyAdded,
            }}
          />
          <ErrorAlert failure={visitor.refusal} />
          <Show when={visitor.result}>{(codes) => <RecoveryCodes codes={codes()} />}</Show>
          <AuthenticatorApp settings={known} />
          <Passkeys passkeys={known.passkeys} />
        </>
      )}
    </Page>
  )
}

const RecoveryCodes = (props: { codes: readonly string[] }) => {
  const { security } = useMessages()
  return (
    <section class="notice good narrow" aria-labelledby="codes" role="status">
      <h2 id="codes">{security.codes}</h2>
      <p>{security.codesLead}</p>
      <ul class="plain">
        <For each={props.codes}>
          {(code) => (
            <li>
              <code>{code}</code>
            </li>
          )}
        </For>
      </ul>
    </section>
  )
}
