import { formatMoney } from '@fairpass/sdk/values'
import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { Field } from '../../components/form/field.tsx'
import { IdempotencyKey } from '../../components/form/idempotency-key.tsx'
import { AdminPage } from '../../components/layout/admin-page.tsx'
import { NextPageLink } from '../../components/layout/next-page-link.tsx'
import { Page } from '../../components/layout/page.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { Time } from '../../components/ticket/ticket-card.tsx'
import type { Payment } from '../../domain/schemas/admin.ts'
import { declineMessage } from '../../i18n/declines.ts'
import { useMessages } from '../../i18n/messages.ts'
import { readPayments } from '../../queries/admin.ts'

export default function AdminPayments() {
  const location = useLocation()
  const { admin, fields } = useMessages()
  const payments = createAsync(() => readPayments(location.search))
  return (
    <Page from={payments()} title={admin.payments}>
      {(found) => (
        <AdminPage tab="payments" done={{ refund: admin.refunding }}>
          <form method="get" action="/admin/payments" class="narrow flex flex-wrap items-end gap-3">
            <Field
              label={fields.orderId}
              name="orderId"
              maxlength="24"
              value={new URLSearchParams(location.search).get('orderId') ?? ''}
            />
            <button type="submit" class="quiet">
              {admin.find}
            </button>
          </form>
          <Show when={found.payments.length > 0} fallback={<p class="panel empty">{admin.noPayments}</p>}>
            <ul class="plain panel">
              <For each={found.payments}>{(payment) => <PaymentRow payment={payment} />}</For>
            </ul>
          </Show>
          <NextPageLink cursor={found.nextCursor} path="/admin/payments" words={admin.more} />
        </AdminPage>
      )}
    </Page>
  )
}

const PaymentRow = (props: { payment: Payment }) => {
  const visitor = useVisitor()
  const { admin, fields } = useMessages()
  const amount = () => formatMoney(props.payment.amountCents, props.payment.currency, visitor.locale)
  return (
    <li>
      <div class="flex flex-wrap items-center justify-between gap-3">
        <div class="min-w-0">
          <p>
            <span class="price">{amount()}</span> <span class="text-soft">{admin.kinds[props.payment.kind]}</span>
          </p>
          <p class="hint">
            <Time iso={props.payment.createdAt} locale={visitor.locale} />
          </p>
          <p class="hint">
            {`${fields.orderId} `}
            <code>{props.payment.orderId}</code>
          </p>
          <Why payment={props.payment} />
          <Show when={props.payment.status === 'completed' && props.payment.refundedCents}>
            {(cents) => (
              <p class="hint">{admin.refundedInPart(formatMoney(cents(), props.payment.currency, visitor.locale))}</p>
            )}
          </Show>
        </div>
        <p class={`status ${props.payment.status}`}>{admin.paymentStatus[props.payment.status]}</p>
      </div>
      <Show when={props.payment.status === 'completed'}>
        <RefundForm payment={props.payment} amount={amount()} />
      </Show>
    </li>
  )
}

/** Why the money went back, or never came. */
const Why = (props: { payment: Payment }) => {
  const { admin, checkout } = useMessages()
  const declined = ['failing', 'failed']
  const ofFailure = (code: string) =>
    Object.entries(admin.failures).find(([known]) => known === code)?.[1] ??
    (declined.includes(props.payment.status) ? declineMessage(checkout, code) : undefined)
  const ofRefund = () => {
    const refund = props.payment.refund
    return refund?.cause ? admin.refundCauses[refund.cause] : refund?.reason
  }
  return (
    <Show
      when={ofRefund()}
      fallback={
        <Show when={props.payment.failure}>
          {(failure) => (
            <Show
              when={ofFailure(failure().code)}
              fallback={
                <p class="hint" lang="en">
                  {failure().message}
                </p>
              }
            >
              {(text) => <p class="hint">{text()}</p>}
            </Show>
          )}
        </Show>
      }
    >
      {(text) => <p class="hint">{text()}</p>}
    </Show>
  )
}

const RefundForm = (props: { payment: Payment; amount: string }) => {
  const { admin, fields } = useMessages()
  return (
    <details class="mt-2">
      <summary class="w-fit text-small font-semibold text-brand">
        {admin.refund}
        <span class="sr-only">{` ${props.amount}, ${props.payment.orderId}`}</span>
      </summary>
      <form method="post" action="/admin/payments" class="stack narrow mt-3">
        <input type="hidden" name="id" value={props.payment.id} />
        <IdempotencyKey of={props.payment.id} />
        <div class="field">
          <label for={`reason-${props.payment.id}`}>{fields.reason}</label>
          <input id={`reason-${props.payment.id}`} name="reason" required maxlength="500" />
        </div>
        <p class="hint">{admin.refundMeans}</p>
        <button type="submit" class="danger">
          {admin.refundNow(props.amount)}
        </button>
      </form>
    </details>
  )
}
