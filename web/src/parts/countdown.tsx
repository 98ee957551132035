import { createSignal, onCleanup, onMount, Show } from 'solid-js'
import { formatClock, formatLeft } from '../market/dates.ts'
import { Sentence } from '../words/sentence.tsx'
import { useWords } from '../words/words.ts'
import { Again } from './again.tsx'

const TICK_MS = 250
const SOON_MS = 120_000
const LATE_ASK_MS = 2000
// Ends are judged by the server; asking a moment later finds them judged.
const AFTER_END_MS = 1500

/**
 * How far the browser's clock is behind the server's, at most by the time that the page took to arrive: the page was
 * made when its first byte left.
 */
const offsetFrom = (serverNow: string): number => {
  const [navigation] = performance.getEntriesByType('navigation')
  const arrived = navigation instanceof PerformanceNavigationTiming ? navigation.responseStart : performance.now()
  return Date.parse(serverNow) - (performance.timeOrigin + arrived)
}

interface CountdownProps {
  orderId: string
  expiresAt: string
  serverNow: string
  locale: string
}

/** How long the ticket is held, by the server's clock. */
export const Countdown = (props: CountdownProps) => {
  const { countdown } = useWords()
  const leftAtFirst = () => Date.parse(props.expiresAt) - Date.parse(props.serverNow)
  const [leftMs, setLeftMs] = createSignal(leftAtFirst())
  const isSoon = () => leftMs() > 0 && leftMs() <= SOON_MS

  /** Another tab may have paid, or let go: what is shown when somebody comes back is true. */
  const askAgain = async () => {
    if (document.hidden) return
    const answer = await fetch(`/api/orders/${props.orderId}`, { signal: AbortSignal.timeout(5000) }).catch(
      () => undefined,
    )
    const order: unknown = answer?.ok ? await answer.json() : undefined
    if (typeof order === 'object' && order !== null && 'status' in order && order.status !== 'created') {
      window.location.assign(window.location.pathname)
    }
  }

  onMount(() => {
    const offset = offsetFrom(props.serverNow)
    const tick = () => setLeftMs(Date.parse(props.expiresAt) - (Date.now() + offset))
    tick()
    const timer = setInterval(tick, TICK_MS)
    document.addEventListener('visibilitychange', askAgain)
    window.addEventListener('pageshow', askAgain)
    onCleanup(() => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', askAgain)
      window.removeEventListener('pageshow', askAgain)
    })
  })
  return (
    <>
      <p class="countdown" classList={{ soon: isSoon() }} role="timer">
        <Sentence
          of={countdown.heldUntil}
          parts={{ time: <time datetime={props.expiresAt}>{formatClock(props.expiresAt, props.locale, 'UTC')}</time> }}
        />{' '}
        <strong>{leftMs() > 0 ? countdown.left(formatLeft(leftMs(), props.locale)) : countdown.over}</strong>
      </p>
      <div role="status">
        <Show when={isSoon()}>
          <p>{countdown.soon}</p>
        </Show>
        <Show when={leftMs() <= 0}>
          <p>{countdown.ending}</p>
        </Show>
      </div>
      <Again afterMs={leftAtFirst() > 0 ? leftAtFirst() + AFTER_END_MS : LATE_ASK_MS} />
    </>
  )
}
