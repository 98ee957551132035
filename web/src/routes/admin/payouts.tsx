import { formatMoney } from '@fairpass/sdk/values'
import { createAsync, useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { AdminList } from '../../components/layout/admin-list.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { Time } from '../../components/ticket/ticket-card.tsx'
import type { Payout } from '../../domain/schemas/admin.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readPayouts } from '../../queries/admin.ts'

export default function AdminPayouts() {
  const location = useLocation()
  const { admin } = useMessages()
  const payouts = createAsync(() => readPayouts(location.search))
  return (
    <AdminList
      tab="payouts"
      from={payouts()}
      path="/admin/payouts"
      statuses={admin.payoutStatus}
      rowsOf={(found) => found.payouts}
      row={(payout) => <PayoutRow payout={payout} />}
      empty={admin.noPayouts}
    />
  )
}

const PayoutRow = (props: { payout: Payout }) => {
  const visitor = useVisitor()
  const { admin, fields } = useMessages()
  return (
    <li class="flex flex-wrap items-center justify-between gap-3">
      <div class="min-w-0">
        <p>
          <span class="price">{formatMoney(props.payout.amountCents, props.payout.currency, visitor.locale)}</span>{' '}
          <Show when={props.payout.waitsFor}>
            {(what) => (
              <span class="text-soft">
                <Sentence
                  of={admin.payoutWaitsFor[what()]}
                  parts={{ time: <Time iso={props.payout.payableAt} locale={visitor.locale} /> }}
                />
              </span>
            )}
          </Show>
        </p>
        <p class="hint">
          <Time iso={props.payout.updatedAt} locale={visitor.locale} />
        </p>
        <p class="hint">
          {`${fields.orderId} `}
          <code>{props.payout.orderId}</code>
        </p>
        <p class="hint">
          {`${admin.seller} `}
          <code>{props.payout.sellerId}</code>
        </p>
        <Show when={props.payout.failure}>{(text) => <p class="hint">{text()}</p>}</Show>
      </div>
      <p class={`status ${props.payout.status}`}>{admin.payoutStatus[props.payout.status]}</p>
    </li>
  )
}
