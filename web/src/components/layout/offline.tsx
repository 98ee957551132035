import { createSignal, onCleanup, onMount, Show } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'

/** Says that the browser is offline: the page may be outdated, and nothing can be sent. */
export const Offline = () => {
  const { frame } = useMessages()
  const [isOffline, setOffline] = createSignal(false)
  onMount(() => {
    const look = () => setOffline(!navigator.onLine)
    look()
    window.addEventListener('online', look)
    window.addEventListener('offline', look)
    onCleanup(() => {
      window.removeEventListener('online', look)
      window.removeEventListener('offline', look)
    })
  })
  return (
    <div role="status">
      <Show when={isOffline()}>
        <p class="notice">{frame.offline}</p>
      </Show>
    </div>
  )
}
