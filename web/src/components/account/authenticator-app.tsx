import { createAsync } from '@solidjs/router'
import { Show } from 'solid-js'
import type { Settings } from '../../domain/schemas/account.ts'
import { useMessages } from '../../i18n/messages.ts'
import { readPendingApp } from '../../queries/account.ts'
import { Field } from '../form/field.tsx'
import { useVisitor } from '../layout/visitor.tsx'

const path = '/account/security'

const Press = (props: { intent: string; text: string; quiet?: boolean }) => (
  <form method="post" action={path}>
    <input type="hidden" name="intent" value={props.intent} />
    <button type="submit" classList={{ quiet: props.quiet, small: true }}>
      {props.text}
    </button>
  </form>
)

/** Sets up an authenticator app in two steps, each a form. */
export const AuthenticatorApp = (props: { settings: Settings }) => {
  const { security } = useMessages()
  return (
    <section class="panel narrow" aria-labelledby="app">
      <h2 id="app">{security.app}</h2>
      <Show when={props.settings.hasTotp} fallback={<SetUp />}>
        <p>{security.isOn}</p>
        <p class="hint">{security.codesLeft(props.settings.recoveryCodesLeft)}</p>
        <div class="flex flex-wrap gap-3">
          <Press intent="codes" text={security.newCodes} quiet />
          <Press intent="remove" text={security.remove} quiet />
        </div>
      </Show>
    </section>
  )
}

const SetUp = () => {
  const visitor = useVisitor()
  const { security, fields } = useMessages()
  const pending = createAsync(() => readPendingApp())
  const app = () => {
    const loaded = pending()
    return loaded?.ok ? loaded.value : undefined
  }
  return (
    <Show
      when={app()}
      fallback={
        <>
          <p>{security.appLead}</p>
          <Press intent="begin" text={security.begin} />
        </>
      }
    >
      {(known) => (
        <form method="post" action={path} class="stack">
          <p>{security.scan}</p>
          <img
            alt={security.picture}
            width="200"
            height="200"
            src={`data:image/svg+xml,${encodeURIComponent(known().picture)}`}
          />
          <p>
            {security.key}: <code class="break-all">{known().secret}</code>
          </p>
          <input type="hidden" name="intent" value="confirm" />
          <Field label={fields.code} name="code" autocomplete="one-time-code" required refusal={visitor.refusal} />
          <button type="submit">{security.confirm}</button>
        </form>
      )}
    </Show>
  )
}
