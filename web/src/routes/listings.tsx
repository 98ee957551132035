import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { readMine } from '../market/reads.ts'
import { Head } from '../parts/head.tsx'
import { Page } from '../parts/page.tsx'
import { Refused } from '../parts/refused.tsx'
import { TicketCard } from '../parts/ticket-card.tsx'
import { useVisitor } from '../parts/visitor.tsx'
import { useWords } from '../words/words.ts'

export default function Listings() {
  const location = useLocation()
  const visitor = useVisitor()
  const { listings } = useWords()
  const mine = createAsync(() => readMine(location.search))
  return (
    <Page from={mine()} title={listings.title}>
      {({ tickets, nextCursor }) => (
        <>
          <Head title={listings.title} description={listings.description} />
          <h1>{listings.title}</h1>
          <Refused failure={visitor.refusal} />
          <Show when={tickets.length > 0} fallback={<p class="panel empty">{listings.none}</p>}>
            <ul class="cards">
              <For each={tickets}>
                {(ticket) => (
                  <TicketCard ticket={ticket}>
                    <Show when={ticket.status === 'available'}>
                      <form method="post" action="/listings">
                        <input type="hidden" name="ticketId" value={ticket.id} />
                        <button type="submit" class="quiet small" aria-label={listings.withdrawTicket(ticket.title)}>
                          {listings.withdraw}
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
                {listings.more}
              </a>
            )}
          </Show>
          <p>
            <a class="button" href="/sell">
              {listings.sell}
            </a>
          </p>
        </>
      )}
    </Page>
  )
}
