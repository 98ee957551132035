import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { readMine } from '../market/reads.ts'
import { Head } from '../parts/head.tsx'
import { Page } from '../parts/page.tsx'
import { Refused } from '../parts/refused.tsx'
import { TicketCard } from '../parts/ticket-card.tsx'
import { useVisitor } from '../parts/visitor.tsx'

export default function Listings() {
  const location = useLocation()
  const visitor = useVisitor()
  const mine = createAsync(() => readMine(location.search))
  return (
    <Page from={mine()} title="My listings">
      {({ tickets, nextCursor }) => (
        <>
          <Head title="My listings" description="The tickets that you sell." />
          <h1>My listings</h1>
          <Refused failure={visitor.refusal} />
          <Show when={tickets.length > 0} fallback={<p class="panel empty">You sell nothing yet.</p>}>
            <ul class="cards">
              <For each={tickets}>
                {(ticket) => (
                  <TicketCard ticket={ticket} locale={visitor.locale}>
                    <Show when={ticket.status === 'available'}>
                      <form method="post" action="/listings">
                        <input type="hidden" name="ticketId" value={ticket.id} />
                        <button type="submit" class="quiet" aria-label={`Withdraw ${ticket.title}`}>
                          Withdraw
                        </button>
                      </form>
                    </Show>
                  </TicketCard>
                )}
              </For>
            </ul>
          </Show>
          <Show when={nextCursor}>
            {(cursor) => (
              <a rel="next" href={`/listings?cursor=${encodeURIComponent(cursor())}`}>
                More listings
              </a>
            )}
          </Show>
          <p>
            <a class="button" href="/sell">
              Sell a ticket
            </a>
          </p>
        </>
      )}
    </Page>
  )
}
