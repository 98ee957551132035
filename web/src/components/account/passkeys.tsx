import { createSignal, For, onMount, Show } from 'solid-js'
import type { Passkey } from '../../domain/schemas/account.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { Field } from '../form/field.tsx'
import { useVisitor } from '../layout/visitor.tsx'
import { Time } from '../ticket/ticket-card.tsx'

const path = '/account/security'

/** The account's passkeys; making one is the browser's work, so it needs JavaScript. */
export const Passkeys = (props: { passkeys: Passkey[] }) => {
  const { security } = useMessages()
  return (
    <section class="panel narrow" aria-labelledby="passkeys">
      <h2 id="passkeys">{security.passkeys}</h2>
      <p>{security.passkeysLead}</p>
      <ul class="plain">
        <For each={props.passkeys}>{(passkey) => <Row passkey={passkey} />}</For>
      </ul>
      <Add />
    </section>
  )
}

const Row = (props: { passkey: Passkey }) => {
  const visitor = useVisitor()
  const { security } = useMessages()
  return (
    <li class="flex flex-wrap items-center justify-between gap-3">
      <div>
        <p class="font-semibold">{props.passkey.name}</p>
        <p class="hint">
          <Sentence
            of={security.addedAt}
            parts={{ time: <Time iso={props.passkey.createdAt} locale={visitor.locale} /> }}
          />
        </p>
      </div>
      <form method="post" action={path}>
        <input type="hidden" name="intent" value="passkey" />
        <input type="hidden" name="passkeyId" value={props.passkey.id} />
        <button type="submit" class="quiet small">
          {security.removePasskey}
          <span class="sr-only">{` ${props.passkey.name}`}</span>
        </button>
      </form>
    </li>
  )
}

const Add = () => {
  const { security, sign } = useMessages()
  const [canAdd, setCanAdd] = createSignal(false)
  const [isRefused, setRefused] = createSignal(false)
  onMount(() => setCanAdd('PublicKeyCredential' in window))

  const add = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault()
    setRefused(false)
    const name = String(new FormData(event.currentTarget).get('name'))
    const { register } = await import('../form/passkeys.ts')
    const outcome = await register(name)
    if (outcome === 'added') location.assign(`${path}?done=added`)
    else if (outcome === 'again') location.assign(`/reauthenticate?next=${encodeURIComponent(path)}`)
    else setRefused(true)
  }
  return (
    <Show when={canAdd()} fallback={<p class="hint">{security.needsScripts}</p>}>
      <form class="stack" onSubmit={(event) => void add(event)}>
        <Field label={security.name} name="name" required maxlength="60" autocomplete="off" />
        <Show when={isRefused()}>
          <p class="wrong" role="alert">
            {sign.passkeyRefused}
          </p>
        </Show>
        <button type="submit" class="quiet small">
          {security.add}
        </button>
      </form>
    </Show>
  )
}
