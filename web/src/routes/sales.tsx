import { formatMoney } from '@fairpass/sdk/values'
import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { ErrorAlert } from '../components/layout/error-alert.tsx'
import { Head } from '../components/layout/head.tsx'
import { NextPageLink } from '../components/layout/next-page-link.tsx'
import { Page } from '../components/layout/page.tsx'
import { SuccessNotice } from '../components/layout/success-notice.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { seatLine } from '../components/ticket/seat-line.ts'
import { Time } from '../components/ticket/ticket-card.tsx'
import type { HandedSale } from '../domain/schemas/order.ts'
import { useMessages } from '../i18n/messages.ts'
import { Sentence } from '../i18n/sentence.tsx'
import { readHandedSales, readRecipient } from '../queries/orders.ts'

export default function SalesPage() {
  const location = useLocation()
  const visitor = useVisitor()
  const { handover } = useMessages()
  const sales = createAsync(() => readHandedSales(location.search))
  return (
    <Page from={sales()} title={handover.sales}>
      {(found) => (
        <>
          <Head title={handover.sales} description={handover.salesDescription} />
          <h1>{handover.sales}</h1>
          <SuccessNotice words={{ sent: handover.isSent, answered: handover.isAnswered }} />
          <ErrorAlert failure={visitor.refusal} />
          <Show when={found.sales.length > 0} fallback={<p class="panel empty">{handover.noSales}</p>}>
            <ul class="plain panel">
              <For each={found.sales}>{(sale) => <SaleRow sale={sale} />}</For>
            </ul>
          </Show>
          <NextPageLink cursor={found.nextCursor} path="/sales" words={handover.moreSales} />
        </>
      )}
    </Page>
  )
}

const SaleRow = (props: { sale: HandedSale }) => {
  const visitor = useVisitor()
  const { fields, handover, order } = useMessages()
  const waits = () =>
    props.sale.status === 'completed' &&
    props.sale.handover.kind === 'transfer' &&
    props.sale.handover.status === 'waiting'
  return (
    <li class="stack" id={props.sale.id}>
      <p>
        <strong>
          <bdi>{props.sale.ticket.title}</bdi>
        </strong>{' '}
        <span class="price">{formatMoney(props.sale.totalCents, props.sale.currency, visitor.locale)}</span>
      </p>
      <p class="hint">
        <Time iso={props.sale.ticket.startsAt} locale={visitor.locale} timeZone={props.sale.ticket.timeZone} />
        <bdi>{` ${[props.sale.ticket.venue, seatLine(props.sale.ticket, fields)].filter(Boolean).join(', ')}`}</bdi>
      </p>
      <p class={`status ${props.sale.status}`}>
        {props.sale.status === 'completed'
          ? handover.status[props.sale.handover.status]
          : order.status[props.sale.status]}
      </p>
      <Show when={waits()}>
        <PassOnForm sale={props.sale} />
      </Show>
      <Show when={props.sale.claim}>
        {(claim) => (
          <div class="stack">
            <p>{handover.claimStatus[claim().status]}</p>
            <p class="hint text">{claim().cause ? handover.doubted.seller : claim().reason}</p>
            <Show when={claim().decision}>
              {(decision) => (
                <p class="hint text">
                  {handover.weSay} {decision().reason}
                </p>
              )}
            </Show>
            <Show when={claim().status === 'open'}>
              <AnswerForm id={props.sale.id} answer={claim().answer?.text ?? ''} />
            </Show>
          </div>
        )}
      </Show>
    </li>
  )
}

const PassOnForm = (props: { sale: HandedSale }) => {
  const visitor = useVisitor()
  const { handover } = useMessages()
  const recipient = createAsync(() => readRecipient(props.sale.id))
  return (
    <>
      <Show when={recipient()}>
        {(to) => (
          <p>
            <Sentence of={handover.sendTo} parts={{ address: <strong>{to().email}</strong> }} />
          </p>
        )}
      </Show>
      <Show when={props.sale.handover.deadline}>
        {(deadline) => (
          <p class="hint">
            <Sentence
              of={handover.sendBy}
              parts={{
                time: <Time iso={deadline()} locale={visitor.locale} timeZone={props.sale.ticket.timeZone} />,
              }}
            />
          </p>
        )}
      </Show>
      <form method="post" action="/sales">
        <input type="hidden" name="intent" value="sent" />
        <input type="hidden" name="id" value={props.sale.id} />
        <button type="submit">{handover.haveSent}</button>
      </form>
    </>
  )
}

/** What the seller says to a claim. */
const AnswerForm = (props: { id: string; answer: string }) => {
  const { handover } = useMessages()
  return (
    <form method="post" action="/sales" class="stack">
      <input type="hidden" name="intent" value="answer" />
      <input type="hidden" name="id" value={props.id} />
      <div class="field">
        <label for={`f-text-${props.id}`}>{handover.yourAnswer}</label>
        <textarea id={`f-text-${props.id}`} name="text" rows="3" maxlength="2000" required>
          {props.answer}
        </textarea>
      </div>
      <button type="submit" class="quiet">
        {handover.sendAnswer}
      </button>
    </form>
  )
}
