import { createAsync } from '@solidjs/router'
import { Match, Show, Switch } from 'solid-js'
import type { Order, PaymentState } from '../../domain/shapes.ts'
import { declineWords } from '../../i18n/declines.ts'
import { useWords } from '../../i18n/words.ts'
import { readPayment, type Visitor } from '../../queries/reads.ts'
import { Checkout } from '../checkout/checkout.tsx'
import { Again } from '../layout/again.tsx'

const LOOK_AGAIN_MS = 2000

interface StandingProps {
  order: Order
  visitor: Visitor
  total: string
}

/** An order that is not paid: its checkout, or how it is being paid or came to its end. */
export const Standing = (props: StandingProps) => {
  const { order } = useWords()
  const payment = createAsync(() => readPayment(props.order.id))
  const isBeingPaid = () => props.order.status === 'settling' || payment()?.state === 'processing'
  return (
    <Switch>
      <Match when={props.order.status === 'cancelled'}>
        <Ended {...props} payment={payment()} />
      </Match>
      {/* Also before the order has heard of it: whoever comes back does not pay a second time. */}
      <Match when={isBeingPaid()}>
        <p role="status">{order.settling}</p>
        <Again afterMs={LOOK_AGAIN_MS} />
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

const Ended = (props: StandingProps & { payment: PaymentState | undefined }) => {
  const { order, orders, checkout } = useWords()
  const why = () =>
    Object.entries(order.ended).find(([reason]) => reason === props.order.cancelReason)?.[1] ?? order.ended.other
  /** Said only where payments says so: money that came late is on its way back. */
  const money = () => {
    if (props.payment === undefined) return ''
    return props.payment.state === 'refunded' ? order.refunded : order.paidNothing
  }
  return (
    <div class="ended">
      <Show when={props.payment?.declineCode}>
        {(code) => (
          <div class="alert" role="alert">
            <p>{declineWords(checkout, code())}</p>
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
        <a href="/">{orders.seeTickets}</a>
      </p>
    </div>
  )
}
