import { createAsync, useParams } from '@solidjs/router'
import { Match, Show, Switch } from 'solid-js'
import { formatMoney } from '../../market/money.ts'
import { cancelWords, ORDER_WORDS } from '../../market/order-words.ts'
import { readOrder } from '../../market/reads.ts'
import type { Order } from '../../market/shapes.ts'
import { Again } from '../../parts/again.tsx'
import { Checkout } from '../../parts/checkout.tsx'
import { Head } from '../../parts/head.tsx'
import { Page } from '../../parts/page.tsx'
import { Refused } from '../../parts/refused.tsx'
import { Time } from '../../parts/ticket-card.tsx'
import { useVisitor } from '../../parts/visitor.tsx'

export default function OrderPage() {
  const params = useParams()
  const order = createAsync(() => readOrder(params.id ?? ''))
  return (
    <Page from={order()} title="Order">
      {(found) => <OrderShown order={found} />}
    </Page>
  )
}

const OrderShown = (props: { order: Order }) => {
  const visitor = useVisitor()
  const locale = () => visitor.locale
  const total = () => formatMoney(props.order.totalCents, props.order.currency, locale())
  return (
    <article>
      <Head title={`Order: ${props.order.ticket.title}`} description={ORDER_WORDS[props.order.status]} />
      <div class="sides">
        <div>
          <h1>{props.order.ticket.title}</h1>
          <p class={`status ${props.order.status}`}>{ORDER_WORDS[props.order.status]}</p>
          <Refused failure={visitor.refusal} />
          <dl class="panel">
            <dt>Where</dt>
            <dd>
              {props.order.ticket.venue}, {props.order.ticket.city}
            </dd>
            <dt>When</dt>
            <dd>
              <Time iso={props.order.ticket.startsAt} locale={locale()} />
            </dd>
            <dt>Total</dt>
            <dd class="price">{total()}</dd>
          </dl>
        </div>
        <div class="side">
          <Switch>
            <Match when={props.order.status === 'created'}>
              <Show when={props.order.sellerSuspended}>
                <p class="notice" role="status">
                  The seller's account has been suspended since you pressed Buy. This order is still yours to pay or to
                  cancel; the ticket will not be offered again.
                </p>
              </Show>
              <Checkout order={props.order} visitor={visitor} total={total()} />
            </Match>
            <Match when={props.order.status === 'settling'}>
              <p>Your payment is being taken. This page tells you as soon as it is done.</p>
              <Again afterMs={2000} />
            </Match>
            <Match when={props.order.status === 'completed'}>
              <h2>Receipt</h2>
              <p>
                You paid {total()} and the ticket is yours. Order number <code>{props.order.id}</code>, made{' '}
                <Time iso={props.order.createdAt} locale={locale()} />.
              </p>
            </Match>
            <Match when={props.order.status === 'cancelled'}>
              <p>{cancelWords(props.order.cancelReason)}</p>
              <p>
                <a href={`/tickets/${props.order.ticket.id}`}>Back to the ticket</a>
              </p>
            </Match>
            <Match when={props.order.status === 'refunded'}>
              <p>Your money was sent back. Banks take a few days to show it.</p>
            </Match>
          </Switch>
        </div>
      </div>
    </article>
  )
}
