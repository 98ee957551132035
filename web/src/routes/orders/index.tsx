import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { Head } from '../../components/layout/head.tsx'
import { NextPageLink } from '../../components/layout/next-page-link.tsx'
import { Page } from '../../components/layout/page.tsx'
import { Card } from '../../components/ticket/ticket-card.tsx'
import { useMessages } from '../../i18n/messages.ts'
import { readOrders } from '../../queries/orders.ts'

export default function MyOrders() {
  const location = useLocation()
  const messages = useMessages()
  const orders = createAsync(() => readOrders(location.search))
  return (
    <Page from={orders()} title={messages.orders.title}>
      {({ orders: found, nextCursor }) => (
        <>
          <Head title={messages.orders.title} description={messages.orders.description} />
          <h1>{messages.orders.title}</h1>
          <Show
            when={found.length > 0}
            fallback={
              <div class="panel empty">
                <p>{messages.orders.none}</p>
                <a class="button" href="/">
                  {messages.frame.seeTickets}
                </a>
              </div>
            }
          >
            <ul class="cards">
              <For each={found}>
                {(order) => (
                  <Card
                    href={`/orders/${order.id}`}
                    title={order.ticket.title}
                    ticket={order.ticket}
                    price={{ cents: order.totalCents, currency: order.currency }}
                    status={<p class={`status ${order.status}`}>{messages.order.status[order.status]}</p>}
                  />
                )}
              </For>
            </ul>
          </Show>
          <NextPageLink cursor={nextCursor} path="/orders" words={messages.orders.more} />
        </>
      )}
    </Page>
  )
}
