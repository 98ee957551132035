import { formatMoney } from '@fairpass/sdk/values'
import { createAsync, useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { AdminList } from '../../components/layout/admin-list.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { Time } from '../../components/ticket/ticket-card.tsx'
import type { Dispute } from '../../domain/schemas/admin.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readDisputes } from '../../queries/admin.ts'

export default function AdminDisputes() {
  const location = useLocation()
  const { admin } = useMessages()
  const disputes = createAsync(() => readDisputes(location.search))
  return (
    <AdminList
      tab="disputes"
      from={disputes()}
      path="/admin/disputes"
      statuses={admin.disputeStatus}
      rowsOf={(found) => found.disputes}
      row={(dispute) => <DisputeRow dispute={dispute} />}
      empty={admin.noDisputes}
    />
  )
}

const DisputeRow = (props: { dispute: Dispute }) => {
  const visitor = useVisitor()
  const { admin, fields } = useMessages()
  const dated = (of: string, iso: string) => (
    <p class="hint">
      <Sentence of={of} parts={{ time: <Time iso={iso} locale={visitor.locale} /> }} />
    </p>
  )
  return (
    <li class="flex flex-wrap items-center justify-between gap-3">
      <div class="min-w-0">
        <p>
          <span class="price">{formatMoney(props.dispute.amountCents, props.dispute.currency, visitor.locale)}</span>{' '}
          <code>{props.dispute.reason}</code>
        </p>
        {dated(admin.openedAt, props.dispute.openedAt)}
        <Show
          when={props.dispute.closedAt}
          fallback={<Show when={props.dispute.respondBy}>{(by) => dated(admin.respondBy, by())}</Show>}
        >
          {(end) => dated(admin.closedAt, end())}
        </Show>
        <p class="hint">
          {`${fields.orderId} `}
          <a href={`/admin/payments?orderId=${props.dispute.orderId}`}>
            <code>{props.dispute.orderId}</code>
          </a>
        </p>
        <p class="hint">
          {`${admin.seller} `}
          <code>{props.dispute.sellerId}</code>
        </p>
      </div>
      <p class={`status ${props.dispute.status}`}>{admin.disputeStatus[props.dispute.status]}</p>
    </li>
  )
}
