import { Link } from '@solidjs/meta'
import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { SaveSearch } from '../components/form/save-search.tsx'
import { SearchForm } from '../components/form/search-form.tsx'
import { Head } from '../components/layout/head.tsx'
import { Page } from '../components/layout/page.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { TicketCard } from '../components/ticket/ticket-card.tsx'
import { apiQuery, isWholeListing, pageAddress } from '../domain/listing-query.ts'
import type { Tickets } from '../domain/schemas/ticket.ts'
import { useMessages } from '../i18n/messages.ts'
import { createTypedSearch } from '../live/typed-search.ts'
import { watchTickets } from '../live/watch.ts'
import { readListing } from '../queries/market.ts'

export default function Listing() {
  const location = useLocation()
  const { home, frame } = useMessages()
  const loaded = createAsync(() => readListing(location.search))
  const { typed, onInput } = createTypedSearch(useVisitor().locale)
  return (
    <>
      <div class="bleed stage">
        <div>
          <h1>{home.title}</h1>
          <p class="lead">{home.lead}</p>
          <SearchForm search={location.search} onInput={onInput} />
        </div>
      </div>
      <Page from={typed()?.listing ?? loaded()} title={frame.tickets}>
        {(found) => (
          <Found listing={found} search={typed()?.search ?? location.search} isTyped={typed() !== undefined} />
        )}
      </Page>
    </>
  )
}

const Found = (props: { listing: Tickets; search: string; isTyped: boolean }) => {
  const visitor = useVisitor()
  const { home } = useMessages()
  const address = (cursor?: string) => pageAddress(props.search, cursor)
  const here = () => new URLSearchParams(props.search).get('cursor') ?? undefined
  const statusOf = watchTickets(
    () => props.listing.tickets.map(({ id }) => id),
    () => `/api/tickets${apiQuery(props.search)}`,
  )
  return (
    <>
      <Head
        title={home.title}
        description={home.description}
        {...(isWholeListing(props.search) ? { canonical: `${visitor.publicOrigin}${address(here())}` } : {})}
      />
      <p class="sr-only" role="status">
        {props.isTyped ? home.found(props.listing.tickets.length) : ''}
      </p>
      <Show
        when={props.listing.tickets.length > 0}
        fallback={
          <div class="panel empty">
            <p>{home.none}</p>
            <a class="button quiet" href="/">
              {home.all}
            </a>
          </div>
        }
      >
        <ul class="cards">
          <For each={props.listing.tickets}>
            {(ticket) => <TicketCard ticket={ticket} status={statusOf(ticket.id)} />}
          </For>
        </ul>
      </Show>
      <SaveSearch search={props.search} />
      <Show when={props.listing.nextCursor}>
        {(cursor) => (
          <p class="flex justify-center pt-4">
            <Link rel="next" href={address(cursor())} />
            <a class="button quiet" rel="next" href={address(cursor())}>
              {home.more}
            </a>
          </p>
        )}
      </Show>
    </>
  )
}
