import { formatMoney } from '@fairpass/sdk/values'
import { createAsync, useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { AdminList } from '../../components/layout/admin-list.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { Time } from '../../components/ticket/ticket-card.tsx'
import type { ClaimedOrder } from '../../domain/schemas/order.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readClaims } from '../../queries/admin.ts'

const pagePath = '/admin/claims'

export default function AdminClaims() {
  const location = useLocation()
  const { handover } = useMessages()
  const claims = createAsync(() => readClaims(location.search))
  return (
    <AdminList
      tab="claims"
      done={{ decided: handover.isDecided }}
      from={claims()}
      path={pagePath}
      statuses={handover.claimStatus}
      usual="open"
      rowsOf={(found) => found.claims}
      row={(claimed) => <ClaimRow claimed={claimed} />}
      empty={handover.noClaims}
    />
  )
}

const ClaimRow = (props: { claimed: ClaimedOrder }) => {
  const visitor = useVisitor()
  const { admin, handover } = useMessages()
  const dated = (of: string, iso: string) => (
    <p class="hint">
      <Sentence of={of} parts={{ time: <Time iso={iso} locale={visitor.locale} /> }} />
    </p>
  )
  return (
    <li class="stack">
      <p>
        <strong>{props.claimed.ticket.title}</strong>{' '}
        <span class="price">{formatMoney(props.claimed.totalCents, props.claimed.currency, visitor.locale)}</span>
      </p>
      <p class="text">{props.claimed.claim?.cause ? admin.resaleInDoubt : props.claimed.claim?.reason}</p>
      <Show when={props.claimed.claim?.answer}>
        {(answer) => (
          <p class="text">
            {handover.sellerSays} {answer().text}
          </p>
        )}
      </Show>
      <Show when={props.claimed.claim}>{(claim) => dated(admin.openedAt, claim().at)}</Show>
      <Show when={props.claimed.sentAt}>{(at) => dated(handover.sentAt, at())}</Show>
      <Show when={props.claimed.receivedAt}>{(at) => dated(handover.receivedAt, at())}</Show>
      <Ids claimed={props.claimed} />
      <Show when={props.claimed.handover.kind === 'file'}>
        <p>
          <a href={`/api/tickets/${props.claimed.ticket.id}/file/evidence`}>{handover.evidence}</a>
        </p>
      </Show>
      <Show when={props.claimed.claim?.status === 'open'}>
        <DecideForm id={props.claimed.id} />
      </Show>
    </li>
  )
}

/** Whose sale it is; of a resale, also by which order its seller came by the ticket. */
const Ids = (props: { claimed: ClaimedOrder }) => {
  const { admin, fields } = useMessages()
  const linked = (label: string, orderId: string) => (
    <p class="hint">
      {`${label} `}
      <a href={`/admin/payments?orderId=${orderId}`}>
        <code>{orderId}</code>
      </a>
    </p>
  )
  return (
    <>
      {linked(fields.orderId, props.claimed.id)}
      <p class="hint">
        {`${admin.seller} `}
        <code>{props.claimed.sellerId}</code>
      </p>
      <Show when={props.claimed.resaleOf}>{(orderId) => linked(admin.boughtBy, orderId())}</Show>
    </>
  )
}

const DecideForm = (props: { id: string }) => {
  const { admin, fields, handover } = useMessages()
  return (
    <form method="post" action={pagePath} class="stack">
      <input type="hidden" name="id" value={props.id} />
      <div class="field">
        <label for={`f-reason-${props.id}`}>{fields.reason}</label>
        <input
          id={`f-reason-${props.id}`}
          name="reason"
          required
          maxlength="500"
          aria-describedby={`h-reason-${props.id}`}
        />
        <p class="hint" id={`h-reason-${props.id}`}>
          {admin.decisionIsRead}
        </p>
      </div>
      <p class="flex flex-wrap gap-2">
        <button type="submit" name="intent" value="refund">
          {handover.decideRefund}
        </button>
        <button type="submit" name="intent" value="reject" class="quiet">
          {handover.decideReject}
        </button>
      </p>
    </form>
  )
}
