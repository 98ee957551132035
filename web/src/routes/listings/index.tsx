import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { Head } from '../../components/layout/head.tsx'
import { NextPageLink } from '../../components/layout/next-page-link.tsx'
import { Page } from '../../components/layout/page.tsx'
import { SuccessNotice } from '../../components/layout/success-notice.tsx'
import { TicketCard } from '../../components/ticket/ticket-card.tsx'
import { useMessages } from '../../i18n/messages.ts'
import { readOwnTickets } from '../../queries/listings.ts'

export default function Listings() {
  const location = useLocation()
  const { listings, sell } = useMessages()
  const mine = createAsync(() => readOwnTickets(location.search))
  return (
    <Page from={mine()} title={listings.title}>
      {({ tickets, nextCursor }) => (
        <>
          <Head title={listings.title} description={listings.description} />
          <ListingsHeading />
          <SuccessNotice words={{ saved: listings.saved, withdrawn: listings.withdrawn, uploaded: sell.uploaded }} />
          <Show
            when={tickets.length > 0}
            fallback={
              <div class="panel empty">
                <p>{listings.none}</p>
              </div>
            }
          >
            <ul class="cards">
              <For each={tickets}>
                {(ticket) => (
                  <TicketCard ticket={ticket}>
                    <Show when={ticket.status === 'available'}>
                      <a class="button quiet small" href={`/listings/${ticket.id}`}>
                        {listings.edit}
                        <span class="sr-only">{` ${ticket.title}`}</span>
                      </a>
                    </Show>
                  </TicketCard>
                )}
              </For>
            </ul>
          </Show>
          <NextPageLink cursor={nextCursor} path="/listings" words={listings.more} />
        </>
      )}
    </Page>
  )
}

const ListingsHeading = () => {
  const { frame, handover, listings } = useMessages()
  return (
    <div class="flex flex-wrap items-end justify-between gap-x-4">
      <h1>{listings.title}</h1>
      <p class="mb-4 flex flex-wrap gap-2">
        <a class="button quiet small" href="/sales">
          {handover.sales}
        </a>
        <a class="button quiet small" href="/earnings">
          {frame.earnings}
        </a>
        <a class="button small" href="/sell">
          {listings.sell}
        </a>
      </p>
    </div>
  )
}
