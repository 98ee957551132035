import { createSignal, onMount, Show } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'

/** Signs in, or authenticates again, with a passkey; browsers without passkeys show no button. */
export const PasskeyButton = (props: { next: string; again?: boolean }) => {
  const { sign } = useMessages()
  const [canUse, setCanUse] = createSignal(false)
  const [isRefused, setRefused] = createSignal(false)
  onMount(() => setCanUse('PublicKeyCredential' in window))

  const enter = async () => {
    setRefused(false)
    // Loaded on demand, since most visitors never use it.
    const { authenticate } = await import('./passkeys.ts')
    if (await authenticate(props.again === true)) location.assign(props.next || '/')
    else setRefused(true)
  }
  return (
    <Show when={canUse()}>
      <button type="button" class="quiet" onClick={() => void enter()}>
        {sign.passkey}
      </button>
      <Show when={isRefused()}>
        <p class="wrong" role="alert">
          {sign.passkeyRefused}
        </p>
      </Show>
    </Show>
  )
}
