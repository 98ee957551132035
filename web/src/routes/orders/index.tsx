import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { formatMoney } from '../../market/money.ts'
import { readOrders } from '../../market/reads.ts'
import { Head } from '../../parts/head.tsx'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/ticket-card.tsx'
import { useVisitor } from '../../parts/visitor.tsx'
import { useWords } from '../../words/words.ts'

export default function MyOrders() {
  const location = useLocation()
  const visitor = useVisitor()
  const words = useWords()
  const orders = createAsync(() => readOrders(location.search))
  const locale = () => visitor.locale
  return (
    <Page from={orders()} title={words.orders.title}>
      {({ orders: found, nextCursor }) => (
        <>
          <Head title={words.orders.title} description={words.orders.description} />
          <h1>{words.orders.title}</h1>
          <Show
            when={found.length > 0}
            fallback={
              <p class="panel empty">
                {words.orders.none} <a href="/">{words.orders.seeTickets}</a>
              </p>
            }
          >
            <ul class="cards">
              <For each={found}>
                {(order) => (
                  <li class="card">
                    <p class="when">
                      <Time iso={order.ticket.startsAt} locale={locale()} />
                    </p>
                    <h2>
                      <a href={`/orders/${order.id}`}>{order.ticket.title}</a>
                    </h2>
                    <p class="where">
                      {order.ticket.venue}, {order.ticket.city}
                    </p>
                    <div class="stub">
                      <p class="price">{formatMoney(order.totalCents, order.currency, locale())}</p>
                      <p class={`status ${order.status}`}>{words.order.status[order.status]}</p>
                    </div>
                  </li>
                )}
              </For>
            </ul>
          </Show>
          <Show when={nextCursor}>
            {(cursor) => (
              <a rel="next" href={`/orders?cursor=${encodeURIComponent(cursor())}`}>
                {words.orders.more}
              </a>
            )}
          </Show>
        </>
      )}
    </Page>
  )
}
