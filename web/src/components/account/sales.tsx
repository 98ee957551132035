import { formatMoney } from '@fairpass/sdk/values'
import { For, Show } from 'solid-js'
import type { Sale } from '../../domain/schemas/earnings.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { useVisitor } from '../layout/visitor.tsx'
import { Time } from '../ticket/ticket-card.tsx'

/** Each sale with what the seller gets for it, and where that money is. */
export const Sales = (props: { sales: Sale[] }) => (
  <ul class="plain panel">
    <For each={props.sales}>{(sale) => <SaleRow sale={sale} />}</For>
  </ul>
)

const SaleRow = (props: { sale: Sale }) => {
  const visitor = useVisitor()
  const { earnings } = useMessages()
  const money = (cents: number) => formatMoney(cents, props.sale.currency, visitor.locale)
  return (
    <li class="flex flex-wrap items-center justify-between gap-3">
      <div class="min-w-0">
        <p>
          <span class="price">{money(props.sale.amountCents)}</span>{' '}
          <Show when={props.sale.feeCents > 0}>
            <span class="text-soft">{earnings.lessFee(money(props.sale.totalCents), money(props.sale.feeCents))}</span>
          </Show>
        </p>
        <p class="hint">
          <SaleProgress sale={props.sale} />
        </p>
        <Show when={props.sale.refundedCents > 0}>
          <p class="hint">{earnings.refundedInPart(money(props.sale.refundedCents))}</p>
        </Show>
        <Show when={props.sale.ticketId}>
          {(id) => (
            <p class="hint">
              <a href={`/tickets/${id()}`}>{earnings.seeTicket}</a>
            </p>
          )}
        </Show>
      </div>
      <p class={`status ${props.sale.status}`}>{earnings.saleStatus[props.sale.status]}</p>
    </li>
  )
}

const SaleProgress = (props: { sale: Sale }) => {
  const visitor = useVisitor()
  const { earnings } = useMessages()
  const dated = (of: string, iso: string) => (
    <Sentence of={of} parts={{ time: <Time iso={iso} locale={visitor.locale} /> }} />
  )
  const said = (sale: Sale) => {
    if (sale.paidAt !== null) return dated(earnings.paidAt, sale.paidAt)
    if (sale.status === 'taken_back') return earnings.takenBack
    if (sale.status === 'cancelled') return earnings.isCancelled
    if (sale.waitsFor !== null && sale.waitsFor !== 'event') return earnings.waitsFor[sale.waitsFor]
    return sale.status === 'pending' ? dated(earnings.waitsFor.event, sale.payableAt) : earnings.isSending
  }
  return <>{said(props.sale)}</>
}
