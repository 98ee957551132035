import { createSignal, onMount } from 'solid-js'
import { formatClock } from '../../domain/dates.ts'

/** A time of day: on the reader's own clock as soon as the browser can say which that is, until then in UTC. */
export const Clock = (props: { iso: string; locale: string }) => {
  const [isHere, setHere] = createSignal(false)
  onMount(() => setHere(true))
  return <time datetime={props.iso}>{formatClock(props.iso, props.locale, isHere() ? undefined : 'UTC')}</time>
}
