import { formatMoney } from '@fairpass/sdk/values'
import { createAsync, useParams } from '@solidjs/router'
import { Match, Suspense, Switch } from 'solid-js'
import { UnpaidOrder } from '../../components/checkout/unpaid-order.tsx'
import { ErrorAlert } from '../../components/layout/error-alert.tsx'
import { Head } from '../../components/layout/head.tsx'
import { Page } from '../../components/layout/page.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { HandedOver } from '../../components/ticket/handed-over.tsx'
import { Time } from '../../components/ticket/ticket-card.tsx'
import type { Order } from '../../domain/schemas/order.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readOrder } from '../../queries/orders.ts'

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
  const { order, ticket } = useMessages()
  const locale = () => visitor.locale
  const total = () => formatMoney(props.order.totalCents, props.order.currency, locale())
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
          <dl class="panel">
            <dt>{ticket.where}</dt>
            <dd>
              <bdi>{`${props.order.ticket.venue}, ${props.order.ticket.city}`}</bdi>
            </dd>
            <dt>{ticket.when}</dt>
            <dd>
              <Time iso={props.order.ticket.startsAt} locale={locale()} timeZone={props.order.ticket.timeZone} />
            </dd>
            <dt>{order.total}</dt>
            <dd class="price">{total()}</dd>
          </dl>
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
              <HandedOver order={props.order} />
              <h2>{order.receipt}</h2>
              <p>
                <Sentence
                  of={order.paid}
                  parts={{
                    total: total(),
                    number: <code>{props.order.id}</code>,
                    time: <Time iso={props.order.createdAt} locale={locale()} />,
                  }}
                />
              </p>
            </Match>
            <Match when={props.order.status === 'refunded'}>
              <p>{order.refunded}</p>
            </Match>
          </Switch>
        </div>
      </div>
    </article>
  )
}
