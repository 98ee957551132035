import { createSignal, Match, onCleanup, onMount, Show, Suspense, Switch } from 'solid-js'
import { hasBegun, lacksFile, type Ticket } from '../../domain/schemas/ticket.ts'
import type { Visitor } from '../../domain/visitor.ts'
import { useMessages } from '../../i18n/messages.ts'
import { watchTickets } from '../../live/watch.ts'
import { IdempotencyKey } from '../form/idempotency-key.tsx'
import { ErrorAlert } from '../layout/error-alert.tsx'
import { TicketStatus } from './ticket-card.tsx'
import { WaitlistPanel } from './waitlist-panel.tsx'

/** A browser's timer counts in 32 bits. */
const longestTimerMs = 2 ** 31 - 1

type TicketOfferProps = {
  ticket: Ticket
  visitor: Visitor
  price: string
}

/** Whether the event has begun, also when that comes while the page is open. */
const createBegun = (props: TicketOfferProps) => {
  const [begun, setBegun] = createSignal(hasBegun(props.ticket, new Date(props.visitor.now)))
  onMount(() => {
    // By the server's clock, and no later than a timer can wait.
    const leftMs = Date.parse(props.ticket.startsAt) - Date.parse(props.visitor.now)
    const timer = leftMs > longestTimerMs ? undefined : setTimeout(() => setBegun(true), leftMs)
    onCleanup(() => clearTimeout(timer))
  })
  return begun
}

/** What a ticket costs and whether it can be bought, as that changes. */
export const TicketOffer = (props: TicketOfferProps) => {
  const { offer, frame } = useMessages()
  const statusOf = watchTickets(
    () => [props.ticket.id],
    () => `/api/tickets/${props.ticket.id}`,
  )
  const status = () => statusOf(props.ticket.id) ?? props.ticket.status
  const isSeller = () => props.visitor.user?.id === props.ticket.sellerId
  const begun = createBegun(props)
  const isComing = () => lacksFile(props.ticket) && status() === 'available'
  const isOpen = () => (status() === 'available' || status() === 'reserved') && !isComing() && !isSeller() && !begun()
  return (
    <section class="offer panel" aria-label={offer.label}>
      <p class="price">{props.price}</p>
      <Show when={(!begun() && !isComing()) || status() === 'sold' || status() === 'withdrawn'}>
        <TicketStatus status={status()} />
      </Show>
      <ErrorAlert failure={props.visitor.refusal} />
      {/* Rendered while it is empty, so that screen readers announce what is put into it. */}
      <div role="status">
        <Switch>
          <Match when={status() === 'sold'}>
            <p>{offer.sold}</p>
          </Match>
          <Match when={status() === 'withdrawn'}>
            <p>{offer.withdrawn}</p>
          </Match>
          <Match when={begun()}>
            <p>{offer.begun}</p>
          </Match>
          <Match when={isComing() && !isSeller()}>
            <p>{offer.coming}</p>
          </Match>
        </Switch>
      </div>
      <Show when={isSeller() && status() !== 'sold' && status() !== 'withdrawn'}>
        <p>
          {offer.yours} <a href="/listings">{frame.listings}</a>
        </p>
      </Show>
      <Show when={isOpen()}>
        {/* A component of its own: otherwise what is above would be rendered again when the waitlist is known, with its links in the head twice. */}
        <Suspense>
          <WaitlistPanel ticketId={props.ticket.id} isHeld={status() === 'reserved'} visitor={props.visitor} />
        </Suspense>
        <BuyForm ticketId={props.ticket.id} price={props.price} />
      </Show>
    </section>
  )
}

const BuyForm = (props: { ticketId: string; price: string }) => (
  <form method="post" action={`/tickets/${props.ticketId}`}>
    <IdempotencyKey />
    <button type="submit" class="wide">
      {useMessages().offer.buy(props.price)}
    </button>
  </form>
)
