import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { Head } from '../../components/layout/head.tsx'
import { More } from '../../components/layout/more.tsx'
import { Page } from '../../components/layout/page.tsx'
import { Card } from '../../components/ticket/ticket-card.tsx'
import { useWords } from '../../i18n/words.ts'
import { readOrders } from '../../queries/reads.ts'

export default function MyOrders() {
  const location = useLocation()
  const words = useWords()
  const orders = createAsync(() => readOrders(location.search))
  return (
    <Page from={orders()} title={words.orders.title}>
      {({ orders: found, nextCursor }) => (
        <>
          <Head title={words.orders.title} description={words.orders.description} />
          <h1>{words.orders.title}</h1>
          <Show
            when={found.length > 0}
            fallback={
              <div class="panel empty">
                <p>{words.orders.none}</p>
                <a class="button" href="/">
                  {words.orders.seeTickets}
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
                    status={<p class={`status ${order.status}`}>{words.order.status[order.status]}</p>}
                  />
                )}
              </For>
            </ul>
          </Show>
          <More cursor={nextCursor} path="/orders" words={words.orders.more} />
        </>
      )}
    </Page>
  )
}
