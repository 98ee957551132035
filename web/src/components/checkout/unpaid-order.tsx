import { createAsync } from '@solidjs/router'
import { Match, Show, Switch } from 'solid-js'
import type { Order, PaymentState } from '../../domain/schemas/order.ts'
import type { Visitor } from '../../domain/visitor.ts'
import { declineMessage } from '../../i18n/declines.ts'
import { useMessages } from '../../i18n/messages.ts'
import { readPayment } from '../../queries/orders.ts'
import { ReloadAfter } from '../layout/reload.tsx'
import { Checkout } from './checkout.tsx'

const reloadAfterMs = 2000

type UnpaidOrderProps = {
  order: Order
  visitor: Visitor
  total: string
}

/** An order that is not paid: its checkout, its payment under way, or how it ended. */
export const UnpaidOrder = (props: UnpaidOrderProps) => {
  const { order } = useMessages()
  const payment = createAsync(() => readPayment(props.order.id))
  const isBeingPaid = () => props.order.status === 'settling' || payment()?.state === 'processing'
  return (
    <Switch>
      <Match when={props.order.status === 'cancelled'}>
        <CancelledOrder {...props} payment={payment()} />
      </Match>
      {/* Also before the order knows of it, so that a returning buyer does not pay a second time. */}
      <Match when={isBeingPaid()}>
        <p role="status">{order.settling}</p>
        <ReloadAfter afterMs={reloadAfterMs} />
      </Match>
      <Match when={props.order.status === 'created'}>
        <Show when={props.order.sellerSuspended}>
          <p class="notice" role="status">
            {order.sellerSuspended}
          </p>
        </Show>
        <Checkout {...props} canPay={payment() !== undefined} />
      </Match>
    </Switch>
  )
}

const CancelledOrder = (props: UnpaidOrderProps & { payment: PaymentState | undefined }) => {
  const { order, frame, checkout } = useMessages()
  const why = () =>
    Object.entries(order.ended).find(([reason]) => reason === props.order.cancelReason)?.[1] ?? order.ended.other
  /** Shown only when payments reports it: money that came late is being refunded. */
  const money = () => {
    if (props.payment === undefined) return ''
    if (props.payment.state !== 'refunded') return order.paidNothing
    return props.payment.byCoupon ? order.refundedToCoupon : order.refunded
  }
  return (
    <div class="ended">
      <Show when={props.payment?.declineCode}>
        {(code) => (
          <div class="alert" role="alert">
            <p>{declineMessage(checkout, code())}</p>
          </div>
        )}
      </Show>
      <p>
        {why()} {money()}
      </p>
      <p>{order.next}</p>
      <p>
        <a class="button" href={`/tickets/${props.order.ticket.id}`}>
          {order.backToTicket}
        </a>{' '}
        <a href="/">{frame.seeTickets}</a>
      </p>
    </div>
  )
}
