import { createSignal, onMount, Show } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'

/** Lets somebody in, or back in, with a passkey; where the browser knows none there is no button. */
export const PasskeyButton = (props: { next: string; again?: boolean }) => {
  const { sign } = useMessages()
  const [canUse, setCanUse] = createSignal(false)
  const [isRefused, setRefused] = createSignal(false)
  onMount(() => setCanUse('PublicKeyCredential' in window))

  const enter = async () => {
    setRefused(false)
    // Loaded when somebody wants it: most never do.
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
