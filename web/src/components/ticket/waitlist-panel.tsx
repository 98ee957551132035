import { createAsync } from '@solidjs/router'
import { createEffect, createSignal, on, onCleanup, Show, untrack } from 'solid-js'
import * as v from 'valibot'
import type { Visitor } from '../../domain/visitor.ts'
import { Waitlist } from '../../domain/waitlist.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { fetchSignedIn } from '../../live/signed-in.ts'
import { readWaitlist } from '../../queries/market.ts'
import { Clock } from '../checkout/clock.tsx'
import { ReloadWithoutScripts } from '../layout/reload.tsx'

const requestTimeoutMs = 5000
const reloadAfterMs = 20_000

type WaitlistPanelProps = {
  ticketId: string
  isHeld: boolean
  visitor: Visitor
}

const fetchWaitlist = async (ticketId: string): Promise<Waitlist | undefined> => {
  const answer = await fetchSignedIn(`/api/orders/waitlist/${ticketId}`, {
    signal: AbortSignal.timeout(requestTimeoutMs),
  }).catch(() => undefined)
  const read = answer?.ok ? v.safeParse(Waitlist, await answer.json().catch(() => undefined)) : undefined
  return read?.success ? read.output : undefined
}

/** What stays true of a waitlist when the hold is another one: not whose it is, nor how long it lasts. */
const withoutHold = (line: Waitlist | undefined): Waitlist | undefined => {
  if (!line) return undefined
  const { orderId: _, freeBy: __, ...rest } = line
  return rest
}

/** The current waitlist: read again whenever the hold changes. */
const createWaitlist = (props: WaitlistPanelProps) => {
  const first = createAsync(() => readWaitlist(props.ticketId))
  const [asked, setAsked] = createSignal<Waitlist>()
  const [hasTurned, setTurned] = createSignal(false)
  const line = () => asked() ?? first()
  let wasHeld = untrack(() => props.isHeld)
  createEffect(
    on(
      () => props.isHeld,
      async (isHeld) => {
        // Whatever is told of the ticket comes here, also when it is held as before.
        const isAnother = isHeld !== wasHeld
        wasHeld = isHeld
        setTurned(true)
        if (!props.visitor.user) return
        const read = await fetchWaitlist(props.ticketId)
        if (read || isAnother) setAsked(read ?? withoutHold(line()))
      },
      { defer: true },
    ),
  )
  return { line, hasTurned }
}

/** For buyers who came second: how long the hold can last, a place on the waitlist, and a notice the moment it is over. */
export const WaitlistPanel = (props: WaitlistPanelProps) => {
  const { offer } = useMessages()
  const { line, hasTurned } = createWaitlist(props)
  const isInLine = () => line()?.place !== undefined

  /** A refused buyer was shown when the hold ends; that notice goes with that hold. */
  const freeBy = (): string | undefined => {
    const seconds = props.visitor.refusal?.retryAfterSeconds
    if (line() || hasTurned() || seconds === undefined) return line()?.freeBy
    return new Date(Date.parse(props.visitor.now) + seconds * 1000).toISOString()
  }
  const isWaiting = () => isInLine() || props.visitor.refusal?.code === 'ticket_being_checked_out'
  const isFree = () => !props.isHeld && isWaiting() && (hasTurned() || isInLine())

  // Other tabs see the change, too.
  createEffect(() => {
    if (!isFree()) return
    const { title } = document
    document.title = `${offer.freeTitle} ${title}`
    onCleanup(() => {
      document.title = title
    })
  })
  return (
    <>
      <Show when={props.isHeld}>
        <p class="notice">
          <Show when={line()?.orderId} fallback={<OthersCheckout locale={props.visitor.locale} freeBy={freeBy()} />}>
            {(orderId) => <a href={`/orders/${orderId()}`}>{offer.yourCheckout}</a>}
          </Show>
        </p>
        <Show when={!line()?.orderId}>
          <WaitlistForm ticketId={props.ticketId} line={line()} locale={props.visitor.locale} />
        </Show>
      </Show>
      {/* Rendered while it is empty, so that screen readers announce what is put into it. */}
      <div role="status">
        <Show when={isFree()}>
          <p class="notice good">{offer.isFree}</p>
        </Show>
      </div>
    </>
  )
}

/** Somebody else is checking the ticket out, until when at the latest. */
const OthersCheckout = (props: { locale: string; freeBy: string | undefined }) => {
  const { offer } = useMessages()
  return (
    <>
      {offer.held}{' '}
      <Show when={props.freeBy} fallback={offer.soonFree}>
        {(time) => <Sentence of={offer.freeBy} parts={{ time: <Clock iso={time()} locale={props.locale} /> }} />}
      </Show>
    </>
  )
}

/** A form, so that it works without JavaScript; there the page reloads by itself. */
const WaitlistForm = (props: { ticketId: string; line: Waitlist | undefined; locale: string }) => {
  const { offer } = useMessages()
  return (
    <form method="post" action={`/tickets/${props.ticketId}`} class="line">
      <Show
        when={props.line?.place}
        fallback={
          <button type="submit" name="intent" value="wait" class="quiet">
            {offer.tellMe}
          </button>
        }
      >
        {(place) => (
          <>
            <p>
              <strong>{offer.place(place(), props.line?.waiting ?? 1)}</strong> {offer.willTell}
            </p>
            <Show when={props.line?.expiresAt}>
              {(time) => (
                <p class="hint">
                  <Sentence of={offer.placeUntil} parts={{ time: <Clock iso={time()} locale={props.locale} /> }} />
                </p>
              )}
            </Show>
            <button type="submit" name="intent" value="leave" class="quiet">
              {offer.leave}
            </button>
            <ReloadWithoutScripts afterMs={reloadAfterMs} />
          </>
        )}
      </Show>
    </form>
  )
}
