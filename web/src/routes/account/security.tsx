import { createAsync } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { AuthenticatorApp } from '../../components/account/authenticator-app.tsx'
import { Passkeys } from '../../components/account/passkeys.tsx'
import { Done } from '../../components/layout/done.tsx'
import { Head } from '../../components/layout/head.tsx'
import { Page } from '../../components/layout/page.tsx'
import { Refused } from '../../components/layout/refused.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { useWords } from '../../i18n/words.ts'
import { readSettings } from '../../queries/reads.ts'

export default function Security() {
  const visitor = useVisitor()
  const { security } = useWords()
  const settings = createAsync(() => readSettings())
  return (
    <Page from={settings()} title={security.title}>
      {(known) => (
        <>
          <Head title={security.title} description={security.description} />
          <h1>{security.title}</h1>
          <Done
            words={{
              removed: security.removed,
              passkey: security.passkeyRemoved,
              added: security.passkeyAdded,
            }}
          />
          <Refused failure={visitor.refusal} />
          <Show when={visitor.result}>{(codes) => <RecoveryCodes codes={codes()} />}</Show>
          <AuthenticatorApp settings={known} />
          <Passkeys passkeys={known.passkeys} />
        </>
      )}
    </Page>
  )
}

const RecoveryCodes = (props: { codes: readonly string[] }) => {
  const { security } = useWords()
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
