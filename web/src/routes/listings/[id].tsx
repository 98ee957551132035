import { amountField } from '@fairpass/sdk/values'
import { createAsync, useParams } from '@solidjs/router'
import { Show } from 'solid-js'
import { ListingForm, type ListingValues } from '../../components/form/listing-form.tsx'
import { ErrorAlert } from '../../components/layout/error-alert.tsx'
import { Head } from '../../components/layout/head.tsx'
import { Page } from '../../components/layout/page.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { TicketStatus } from '../../components/ticket/ticket-card.tsx'
import type { Ticket } from '../../domain/schemas/ticket.ts'
import { useMessages } from '../../i18n/messages.ts'
import { readOwnTicket } from '../../queries/listings.ts'

export default function Listing() {
  const params = useParams()
  const own = createAsync(() => readOwnTicket(params.id ?? ''))
  return (
    <Page from={own()} title={useMessages().listings.editTitle}>
      {({ ticket, startsAt }) => <EditListing ticket={ticket} startsAt={startsAt} />}
    </Page>
  )
}

/** A ticket as it stands in the fields of its form. */
const valuesOf = (ticket: Ticket, startsAt: string, locale: string): ListingValues => ({
  title: ticket.title,
  venue: ticket.venue,
  city: ticket.city,
  startsAt,
  timeZone: ticket.timeZone ?? 'UTC',
  price: amountField(ticket.priceCents, ticket.currency, locale),
  currency: ticket.currency,
  description: ticket.description ?? '',
  section: ticket.section,
  row: ticket.row,
  seat: ticket.seat,
  ...(ticket.faceValueCents === undefined
    ? {}
    : { faceValue: amountField(ticket.faceValueCents, ticket.currency, locale) }),
})

const EditListing = (props: { ticket: Ticket; startsAt: string }) => {
  const visitor = useVisitor()
  const { listings } = useMessages()
  const address = () => `/listings/${props.ticket.id}`
  return (
    <>
      <Head title={listings.editTitle} description={listings.editDescription} />
      <h1>{listings.editTitle}</h1>
      <ErrorAlert failure={visitor.refusal} />
      <Show
        when={props.ticket.status === 'available'}
        fallback={
          <div class="panel narrow">
            <TicketStatus status={props.ticket.status} />
            <p class="my-4">{listings.notChangeable}</p>
            <a href={`/tickets/${props.ticket.id}`}>{props.ticket.title}</a>
          </div>
        }
      >
        <ListingForm
          action={address()}
          intent="save"
          button={listings.save}
          values={valuesOf(props.ticket, props.startsAt, visitor.locale)}
        />
        <details class="panel narrow">
          <summary class="font-semibold text-warn">{listings.withdraw}</summary>
          <form method="post" action={address()} class="stack mt-4">
            <p>{listings.withdrawMeans}</p>
            <input type="hidden" name="intent" value="withdraw" />
            <button type="submit" class="danger">
              {listings.withdrawTicket(props.ticket.title)}
            </button>
          </form>
        </details>
      </Show>
    </>
  )
}
