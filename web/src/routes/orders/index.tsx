import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { readOrders } from '../../market/reads.ts'
import { Head } from '../../parts/head.tsx'
import { More } from '../../parts/more.tsx'
import { Page } from '../../parts/page.tsx'
import { Card } from '../../parts/ticket-card.tsx'
import { useWords } from '../../words/words.ts'

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
