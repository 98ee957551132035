import type { JSX } from 'solid-js'
import { formatTime } from '../market/dates.ts'
import { formatMoney } from '../market/money.ts'
import type { Ticket } from '../market/shapes.ts'
import { useWords } from '../words/words.ts'

export const Time = (props: { iso: string; locale: string }) => (
  <time datetime={props.iso}>{formatTime(props.iso, props.locale)}</time>
)

export const TicketStatus = (props: { status: Ticket['status'] }) => (
  <p class={`status ${props.status}`}>{useWords().status[props.status]}</p>
)

interface TicketCardProps {
  ticket: Ticket
  locale: string
  /** Its status as it is now, where that is known better than when the page was made. */
  status?: Ticket['status'] | undefined
  /** What can be done with it, beside its status. */
  children?: JSX.Element
}

export const TicketCard = (props: TicketCardProps) => (
  <li class="card">
    <p class="when">
      <Time iso={props.ticket.startsAt} locale={props.locale} />
    </p>
    <h2>
      <a href={`/tickets/${props.ticket.id}`}>{props.ticket.title}</a>
    </h2>
    <p class="where">
      {props.ticket.venue}, {props.ticket.city}
    </p>
    <div class="stub">
      <p class="price">{formatMoney(props.ticket.priceCents, props.ticket.currency, props.locale)}</p>
      <TicketStatus status={props.status ?? props.ticket.status} />
      {props.children}
    </div>
  </li>
)
