import { onCleanup, onMount } from 'solid-js'
import { useVisitor } from '../layout/visitor.tsx'

/**
 * Makes pressing twice count once. It belongs to this showing of the page: browsers would restore it after a reload (hence
 * `autocomplete`), and bring the whole page back from their history, which is then reloaded.
 */
export const IdempotencyKey = (props: { of?: string }) => {
  const visitor = useVisitor()
  onMount(() => {
    const renew = (event: PageTransitionEvent) => {
      if (event.persisted) window.location.reload()
    }
    window.addEventListener('pageshow', renew)
    onCleanup(() => window.removeEventListener('pageshow', renew))
  })
  const value = () => (props.of === undefined ? visitor.idempotencyKey : `${visitor.idempotencyKey}-${props.of}`)
  return <input type="hidden" name="idempotencyKey" value={value()} autocomplete="off" />
}
