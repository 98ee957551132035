import { formatMoney } from '@fairpass/sdk/values'
import { createAsync, useParams } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { getRequestEvent, isServer, NoHydration } from 'solid-js/web'
import { Head } from '../../components/layout/head.tsx'
import { Page } from '../../components/layout/page.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { Time } from '../../components/ticket/ticket-card.tsx'
import { TicketOffer } from '../../components/ticket/ticket-offer.tsx'
import { formatTime } from '../../domain/dates.ts'
import { eventJsonLd } from '../../domain/json-ld.ts'
import type { Ticket } from '../../domain/schemas/ticket.ts'
import { useMessages } from '../../i18n/messages.ts'
import { readTicket } from '../../queries/market.ts'

export default function TicketPage() {
  const params = useParams()
  const ticket = createAsync(() => readTicket(params.id ?? ''))
  return (
    <Page from={ticket()} title={useMessages().ticket.name}>
      {(found) => <TicketShown ticket={found} />}
    </Page>
  )
}

const TicketShown = (props: { ticket: Ticket }) => {
  const visitor = useVisitor()
  const messages = useMessages()
  const locale = () => visitor.locale
  const url = () => `${visitor.publicOrigin}/tickets/${props.ticket.id}`
  const where = () => `${props.ticket.venue}, ${props.ticket.city}`
  const price = () => formatMoney(props.ticket.priceCents, props.ticket.currency, locale())
  const description = () =>
    messages.ticket.description(
      props.ticket.title,
      where(),
      formatTime(props.ticket.startsAt, locale(), props.ticket.timeZone),
      price(),
    )
  return (
    <article>
      <Head
        title={`${props.ticket.title}, ${where()}`}
        description={description()}
        image={`/cards/${props.ticket.id}.png`}
        {...(props.ticket.status === 'withdrawn' ? {} : { canonical: url() })}
      />
      <ForSearchEngines ticket={props.ticket} url={url()} />
      <div class="sides">
        <div>
          <h1>
            <bdi>{props.ticket.title}</bdi>
          </h1>
          <TicketFacts ticket={props.ticket} where={where()} />
          <p class="my-6">
            {props.ticket.delivery === 'file' ? messages.ticket.asFile : messages.ticket.asTransfer}
            <Show when={props.ticket.withoutBarcode}> {messages.ticket.unchecked}</Show>
          </p>
          <Show when={props.ticket.description}>
            {(text) => (
              <p class="text my-6 max-w-[65ch]" dir="auto">
                {text()}
              </p>
            )}
          </Show>
        </div>
        <TicketOffer ticket={props.ticket} visitor={visitor} price={price()} />
        <Promises />
      </div>
    </article>
  )
}

/** In the page as the server made it; a browser has no use for it. */
const ForSearchEngines = (props: { ticket: Ticket; url: string }) =>
  isServer ? (
    <NoHydration>
      <script
        type="application/ld+json"
        nonce={getRequestEvent()?.locals.nonce}
        innerHTML={eventJsonLd(props.ticket, props.url, new Date(useVisitor().now))}
      />
    </NoHydration>
  ) : undefined

/** When and where it is, and which seat. */
const TicketFacts = (props: { ticket: Ticket; where: string }) => {
  const visitor = useVisitor()
  const { fields, ticket } = useMessages()
  const seat = (): [string, string][] => {
    const sold = props.ticket
    const faceValue =
      sold.faceValueCents === undefined ? undefined : formatMoney(sold.faceValueCents, sold.currency, visitor.locale)
    const values = { section: sold.section, row: sold.row, seat: sold.seat, faceValue }
    return (['section', 'row', 'seat', 'faceValue'] as const).flatMap((name): [string, string][] => {
      const value = values[name]
      return value === undefined ? [] : [[fields[name], value]]
    })
  }
  return (
    <dl class="my-6 text-large">
      <dt>{ticket.when}</dt>
      <dd>
        <Time iso={props.ticket.startsAt} locale={visitor.locale} timeZone={props.ticket.timeZone} />
      </dd>
      <dt>{ticket.where}</dt>
      <dd>
        <bdi>{props.where}</bdi>
      </dd>
      <For each={seat()}>
        {([label, value]) => (
          <>
            <dt>{label}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </>
        )}
      </For>
    </dl>
  )
}

const Promises = () => (
  <ul class="grid gap-4 border-t border-line pt-6 text-soft sm:grid-cols-3">
    <For each={Object.values(useMessages().ticket.promises)}>
      {([promise, text]) => (
        <li>
          <strong class="block text-ink">{promise}</strong>
          {text}
        </li>
      )}
    </For>
  </ul>
)
