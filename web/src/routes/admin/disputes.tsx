import { formatMoney } from '@fairpass/sdk/values'
import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { AdminPage } from '../../components/layout/admin-page.tsx'
import { NextPageLink } from '../../components/layout/next-page-link.tsx'
import { Page } from '../../components/layout/page.tsx'
import { StatusFilter, statusIn } from '../../components/layout/status-filter.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { Time } from '../../components/ticket/ticket-card.tsx'
import type { Dispute } from '../../domain/schemas/admin.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readDisputes } from '../../queries/admin.ts'

const listPath = '/admin/disputes'

export default function AdminDisputes() {
  const location = useLocation()
  const { admin } = useMessages()
  const disputes = createAsync(() => readDisputes(location.search))
  const asked = () => statusIn(location.search, listPath)
  return (
    <Page from={disputes()} title={admin.disputes}>
      {(found) => (
        <AdminPage tab="disputes">
          <StatusFilter path={listPath} of={admin.disputeStatus} chosen={asked().status} />
          <Show when={found.disputes.length > 0} fallback={<p class="panel empty">{admin.noDisputes}</p>}>
            <ul class="plain panel">
              <For each={found.disputes}>{(dispute) => <DisputeRow dispute={dispute} />}</For>
            </ul>
          </Show>
          <NextPageLink cursor={found.nextCursor} path={asked().path} words={admin.more} />
        </AdminPage>
      )}
    </Page>
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
