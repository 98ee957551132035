import { formatMoney } from '@fairpass/sdk/values'
import { type JSX, Show } from 'solid-js'
import { dayParts, formatTime } from '../../domain/dates.ts'
import type { Ticket } from '../../domain/schemas/ticket.ts'
import { useMessages } from '../../i18n/messages.ts'
import { useVisitor } from '../layout/visitor.tsx'

export const Time = (props: { iso: string; locale: string; timeZone?: string | undefined }) => (
  <time datetime={props.iso}>{formatTime(props.iso, props.locale, props.timeZone)}</time>
)

export const TicketStatus = (props: { status: Ticket['status'] }) => (
  <p class={`status ${props.status}`}>{useMessages().status[props.status]}</p>
)

/** The day and the hour at the venue, as they stand on a ticket's stub. */
const Stub = (props: { iso: string; timeZone?: string | undefined }) => {
  const visitor = useVisitor()
  const parts = dayParts(props.iso, visitor.locale, props.timeZone)
  const year = parts.year === visitor.now.slice(0, 4) ? '' : ` ${parts.year}`
  return (
    <time class="stub" datetime={props.iso}>
      <span class="month">{parts.month + year}</span>
      <span class="day">{parts.day}</span>
      <span>{parts.weekday}</span>
      <span class="font-normal">{parts.clock}</span>
    </time>
  )
}

type CardProps = {
  href: string
  title: string
  ticket: { venue: string; city: string; startsAt: string; timeZone?: string | undefined }
  price: { cents: number; currency: string }
  status: JSX.Element
  /** What can be done with it, beside looking at it. */
  children?: JSX.Element
}

export const Card = (props: CardProps) => (
  <li class="card">
    <Stub iso={props.ticket.startsAt} timeZone={props.ticket.timeZone} />
    <div class="admits">
      <h2>
        <a href={props.href}>
          <bdi>{props.title}</bdi>
        </a>
      </h2>
      <p class="where">
        <bdi>{`${props.ticket.venue}, ${props.ticket.city}`}</bdi>
      </p>
      <div class="ends">
        <p class="price">{formatMoney(props.price.cents, props.price.currency, useVisitor().locale)}</p>
        {props.status}
      </div>
      <Show when={props.children}>
        <div class="does">{props.children}</div>
      </Show>
    </div>
  </li>
)

type TicketCardProps = {
  ticket: Ticket
  /** Its status as it is now, where that is known better than when the page was made. */
  status?: Ticket['status'] | undefined
  children?: JSX.Element
}

export const TicketCard = (props: TicketCardProps) => (
  <Card
    href={`/tickets/${props.ticket.id}`}
    title={props.ticket.title}
    ticket={props.ticket}
    price={{ cents: props.ticket.priceCents, currency: props.ticket.currency }}
    status={<TicketStatus status={props.status ?? props.ticket.status} />}
  >
    {props.children}
  </Card>
)
