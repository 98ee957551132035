import { createEffect, createSignal, Match, onMount, Show, Switch } from 'solid-js'
import { watchTickets } from '../live/watch.ts'
import { formatClock } from '../market/dates.ts'
import type { Visitor } from '../market/reads.ts'
import type { Ticket } from '../market/shapes.ts'
import { Sentence } from '../words/sentence.tsx'
import { useWords } from '../words/words.ts'
import { Refused } from './refused.tsx'
import { TicketStatus } from './ticket-card.tsx'

interface TicketOfferProps {
  ticket: Ticket
  visitor: Visitor
  price: string
}

/** What a ticket costs and whether it can be bought, as that changes. */
export const TicketOffer = (props: TicketOfferProps) => {
  const { offer } = useWords()
  const statusOf = watchTickets(
    () => [props.ticket.id],
    () => `/api/tickets/${props.ticket.id}`,
  )
  const status = () => statusOf(props.ticket.id) ?? props.ticket.status
  return (
    <section class="offer panel" aria-label={offer.label}>
      <p class="price">{props.price}</p>
      <TicketStatus status={status()} />
      <Refused failure={props.visitor.refusal} />
      <Switch>
        <Match when={status() === 'sold'}>
          <p>{offer.sold}</p>
        </Match>
        <Match when={status() === 'withdrawn'}>
          <p>{offer.withdrawn}</p>
        </Match>
        <Match when={props.visitor.user?.id === props.ticket.sellerId}>
          <p>
            {offer.yours} <a href="/listings">{useWords().frame.listings}</a>
          </p>
        </Match>
        <Match when={true}>
          <Waiting isHeld={status() === 'reserved'} visitor={props.visitor} />
          <form method="post" action={`/tickets/${props.ticket.id}`}>
            <input type="hidden" name="idempotencyKey" value={props.visitor.idempotencyKey} />
            <button type="submit" class="wide">
              {offer.buy(props.price)}
            </button>
          </form>
        </Match>
      </Switch>
    </section>
  )
}

/** For those who came second: until when it can last, and a word the moment it is over. */
const Waiting = (props: { isHeld: boolean; visitor: Visitor }) => {
  const { offer } = useWords()
  const [isWaiting, setWaiting] = createSignal(false)
  const [wasHeld, setWasHeld] = createSignal(false)
  // Without JavaScript nothing could come of the button.
  const [canWait, setCanWait] = createSignal(false)
  onMount(() => setCanWait(true))
  const until = (): string | undefined => {
    const seconds = props.visitor.refusal?.retryAfterSeconds
    if (seconds === undefined) return undefined
    return new Date(Date.parse(props.visitor.now) + seconds * 1000).toISOString()
  }
  createEffect(() => {
    if (props.isHeld) setWasHeld(true)
  })
  const isFree = () => isWaiting() && wasHeld() && !props.isHeld
  return (
    <>
      <Show when={props.isHeld}>
        <div class="notice">
          <p>
            {offer.held}{' '}
            <Show when={until()} fallback={offer.soonFree}>
              {(end) => (
                <Sentence of={offer.freeBy} parts={{ time: <time datetime={end()}>{formatClock(end())}</time> }} />
              )}
            </Show>
          </p>
        </div>
        <Show when={canWait()}>
          <button type="button" class="quiet" aria-pressed={isWaiting()} onClick={() => setWaiting(!isWaiting())}>
            {offer.tellMe}
          </button>
        </Show>
      </Show>
      {/* Stands there empty, so that screen readers notice what comes into it. */}
      <div role="status">
        <Show when={props.isHeld && isWaiting()}>
          <p>{offer.willTell}</p>
        </Show>
        <Show when={isFree()}>
          <p class="notice good">{offer.isFree}</p>
        </Show>
      </div>
    </>
  )
}
