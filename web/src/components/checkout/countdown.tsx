import { createSignal, onCleanup, onMount, Show } from 'solid-js'
import { formatLeft } from '../../domain/dates.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { fetchSignedIn } from '../../live/signed-in.ts'
import { ReloadAfter } from '../layout/reload.tsx'
import { Clock } from './clock.tsx'

const tickMs = 250
const soonMs = 120_000
const latePollMs = 2000
// The server decides when an order ends; a reload a moment later finds it decided.
const reloadAfterEndMs = 1500
const pollIntervalMs = 5000

/**
 * When the page was made, on the browser's stopwatch: it is right even when the browser's clock is wrong. The page was made
 * when its first byte left, so the time left is at most that byte's travel time too long.
 */
const madeAt = (): number => {
  const [navigation] = performance.getEntriesByType('navigation')
  return navigation instanceof PerformanceNavigationTiming ? navigation.responseStart : performance.now()
}

type CountdownProps = {
  orderId: string
  expiresAt: string
  serverNow: string
  locale: string
}

/** What is left of a hold, by the server's clock, as it runs down; the page reloads when the order ends. */
const createTimeLeft = (props: CountdownProps, leftAtFirst: () => number) => {
  const [leftMs, setLeftMs] = createSignal(leftAtFirst())
  onMount(() => {
    let endsAt = madeAt() + leftAtFirst()
    const tick = () => setLeftMs(endsAt - performance.now())

    /** Another tab may have paid or cancelled, and the stopwatch of a machine that slept has stopped. */
    const askAgain = async () => {
      if (document.hidden) return
      const asked = { signal: AbortSignal.timeout(pollIntervalMs) }
      const answer = await fetchSignedIn(`/api/orders/${props.orderId}`, asked).catch(() => undefined)
      const order: unknown = answer?.ok ? await answer.json().catch(() => undefined) : undefined
      if (typeof order !== 'object' || order === null || !('status' in order)) return
      if (order.status !== 'created') return window.location.assign(window.location.pathname)
      const serverNow = Date.parse(answer?.headers.get('date') ?? '')
      // That header is in whole seconds: it corrects what is wrong by more than one.
      const corrected = performance.now() + Date.parse(props.expiresAt) - serverNow
      if (Math.abs(corrected - endsAt) > tickMs + 1000) endsAt = corrected
    }

    tick()
    const timers = [setInterval(tick, tickMs), setInterval(askAgain, pollIntervalMs)]
    document.addEventListener('visibilitychange', askAgain)
    window.addEventListener('pageshow', askAgain)
    onCleanup(() => {
      for (const timer of timers) clearInterval(timer)
      document.removeEventListener('visibilitychange', askAgain)
      window.removeEventListener('pageshow', askAgain)
    })
  })
  return leftMs
}

/** How long the ticket is held, by the server's clock. */
export const Countdown = (props: CountdownProps) => {
  const { countdown } = useMessages()
  const leftAtFirst = () => Date.parse(props.expiresAt) - Date.parse(props.serverNow)
  const leftMs = createTimeLeft(props, leftAtFirst)
  const isSoon = () => leftMs() > 0 && leftMs() <= soonMs
  return (
    <>
      <p class="countdown" classList={{ soon: isSoon() }} role="timer">
        <Sentence of={countdown.heldUntil} parts={{ time: <Clock iso={props.expiresAt} locale={props.locale} /> }} />{' '}
        <strong>{leftMs() > 0 ? countdown.left(formatLeft(leftMs(), props.locale)) : countdown.over}</strong>
      </p>
      <div role="status">
        <Show when={isSoon()}>
          <p class="notice">{countdown.soon}</p>
        </Show>
        <Show when={leftMs() <= 0}>
          <p class="notice">{countdown.ending}</p>
        </Show>
      </div>
      <ReloadAfter afterMs={leftAtFirst() > 0 ? leftAtFirst() + reloadAfterEndMs : latePollMs} />
    </>
  )
}
