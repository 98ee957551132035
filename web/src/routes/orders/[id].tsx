import { formatMoney } from '@fairpass/sdk/values'
import { createAsync, useParams } from '@solidjs/router'
import { Match, Show, Suspense, Switch } from 'solid-js'
import { UnpaidOrder } from '../../components/checkout/unpaid-order.tsx'
import { ErrorAlert } from '../../components/layout/error-alert.tsx'
import { Head } from '../../components/layout/head.tsx'
import { Page } from '../../components/layout/page.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { ClaimShown } from '../../components/ticket/claim.tsx'
import { HandedOver } from '../../components/ticket/handed-over.tsx'
import { SeatFacts } from '../../components/ticket/seat-facts.tsx'
import { Time } from '../../components/ticket/ticket-card.tsx'
import type { Order } from '../../domain/schemas/order.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readOrder, readPayment } from '../../queries/orders.ts'

export default function OrderPage() {
  const params = useParams()
  const order = createAsync(() => readOrder(params.id ?? ''))
  return (
    <Page from={order()} title={useMessages().order.name}>
      {(found) => <OrderShown order={found} />}
    </Page>
  )
}

const OrderShown = (props: { order: Order }) => {
  const visitor = useVisitor()
  const { order } = useMessages()
  const total = () => formatMoney(props.order.totalCents, props.order.currency, visitor.locale)
  return (
    <article>
      <Head title={order.title(props.order.ticket.title)} description={order.status[props.order.status]} />
      <div class="sides">
        <div>
          <h1>
            <bdi>{props.order.ticket.title}</bdi>
          </h1>
          <p class={`status ${props.order.status}`}>{order.status[props.order.status]}</p>
          <ErrorAlert failure={visitor.refusal} />
          <OrderFacts order={props.order} total={total()} />
        </div>
        <div class="side">
          <Switch
            fallback={
              <Suspense>
                <UnpaidOrder order={props.order} visitor={visitor} total={total()} />
              </Suspense>
            }
          >
            <Match when={props.order.status === 'completed'}>
              <Suspense>
                <HandedOver order={props.order} />
              </Suspense>
              <Suspense>
                <Receipt order={props.order} total={total()} />
              </Suspense>
            </Match>
            <Match when={props.order.status === 'refunded'}>
              <Suspense>
                <Refunded order={props.order} />
              </Suspense>
              <Show when={props.order.claim}>{(claim) => <ClaimShown claim={claim()} />}</Show>
            </Match>
          </Switch>
        </div>
      </div>
    </article>
  )
}

type OrderPartProps = { order: Order; total: string }

/** What was bought, when and where it is, and for how much. */
const OrderFacts = (props: OrderPartProps) => {
  const visitor = useVisitor()
  const { order, ticket } = useMessages()
  return (
    <dl class="panel">
      <dt>{ticket.where}</dt>
      <dd>
        <bdi>{`${props.order.ticket.venue}, ${props.order.ticket.city}`}</bdi>
      </dd>
      <dt>{ticket.when}</dt>
      <dd>
        <Time iso={props.order.ticket.startsAt} locale={visitor.locale} timeZone={props.order.ticket.timeZone} />
      </dd>
      <SeatFacts of={props.order.ticket} />
      <dt>{order.total}</dt>
      <dd class="price">{props.total}</dd>
    </dl>
  )
}

const Receipt = (props: OrderPartProps) => {
  const visitor = useVisitor()
  const { order } = useMessages()
  const payment = createAsync(() => readPayment(props.order.id))
  return (
    <>
      <h2>{order.receipt}</h2>
      <p>
        <Sentence
          of={payment()?.byCoupon ? order.paidByCoupon : order.paid}
          parts={{
            total: props.total,
            number: <code>{props.order.id}</code>,
            time: <Time iso={props.order.createdAt} locale={visitor.locale} />,
          }}
        />
      </p>
    </>
  )
}

const Refunded = (props: Pick<OrderPartProps, 'order'>) => {
  const { order } = useMessages()
  const payment = createAsync(() => readPayment(props.order.id))
  return <p>{payment()?.byCoupon ? order.refundedToCoupon : order.refunded}</p>
}
