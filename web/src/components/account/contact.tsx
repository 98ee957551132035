import { createAsync } from '@solidjs/router'
import { For, Show } from 'solid-js'
import type { Settings } from '../../domain/schemas/account.ts'
import { useMessages } from '../../i18n/messages.ts'
import { readSettings } from '../../queries/account.ts'
import { ErrorAlert } from '../layout/error-alert.tsx'
import { useVisitor } from '../layout/visitor.tsx'

const kinds = ['sales', 'waitlist', 'searches'] as const

/** The address, whether it works, and what is sent to it. */
export const Contact = (props: { email: string }) => {
  const { account, fields, searches } = useMessages()
  const settings = createAsync(() => readSettings())
  const known = () => {
    const loaded = settings()
    return loaded?.ok ? loaded.value : undefined
  }
  return (
    <>
      <section class="panel narrow">
        <dl>
          <dt>{fields.email}</dt>
          <dd>{props.email}</dd>
        </dl>
        <Show when={known()}>{(settings) => <EmailConfirmation settings={settings()} />}</Show>
        <p>
          <a href="/account/email">{account.changeEmail}</a>
        </p>
        <p>
          <a href="/account/security">{account.security}</a>
        </p>
        <p>
          <a href="/searches">{searches.title}</a>
        </p>
      </section>
      <Show when={known()}>{(settings) => <Mails settings={settings()} />}</Show>
    </>
  )
}

const EmailConfirmation = (props: { settings: Settings }) => {
  const visitor = useVisitor()
  const { account } = useMessages()
  const refusal = () => (visitor.refusal?.values.intent === 'confirmation' ? visitor.refusal : undefined)
  return (
    <Show when={!props.settings.isEmailConfirmed} fallback={<p class="hint">{account.confirmed}</p>}>
      <form method="post" action="/account" class="stack">
        <p class="notice">{props.settings.isEmailBounced ? account.bounced : account.unconfirmed}</p>
        <ErrorAlert failure={refusal()} />
        <input type="hidden" name="intent" value="confirmation" />
        <button type="submit" class="quiet small">
          {account.sendAgain}
        </button>
      </form>
    </Show>
  )
}

const Mails = (props: { settings: Settings }) => {
  const visitor = useVisitor()
  const { account } = useMessages()
  const refusal = () => (visitor.refusal?.values.intent === 'mails' ? visitor.refusal : undefined)
  return (
    <section class="panel narrow" aria-labelledby="mails">
      <h2 id="mails">{account.mails}</h2>
      <p class="hint">{account.mailsHint}</p>
      <ErrorAlert failure={refusal()} />
      <form method="post" action="/account" class="stack">
        <input type="hidden" name="intent" value="mails" />
        <For each={kinds}>
          {(kind) => (
            <label class="flex gap-3">
              <input type="checkbox" name={kind} checked={props.settings.mails[kind]} />
              <span>{account.mailKinds[kind]}</span>
            </label>
          )}
        </For>
        <button type="submit" class="small">
          {account.saveMails}
        </button>
      </form>
    </section>
  )
}
