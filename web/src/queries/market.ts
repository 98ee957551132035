import { query } from '@solidjs/router'
import { apiQuery } from '../domain/listing-query.ts'
import { SavedSearches, Ticket, Tickets } from '../domain/schemas/ticket.ts'
import { Waitlist } from '../domain/waitlist.ts'
import { shownLoaded } from '../i18n/error-message.ts'
import { loadAsIs, loadOrFail, readOptional, requestEvent } from './load.ts'
import type { Loaded } from './loaded.ts'

export const readListing = query(async (search: string): Promise<Loaded<Tickets>> => {
  const { locals, response } = requestEvent()
  const asked = apiQuery(search)
  const read = () => loadAsIs('/api/tickets', Tickets, {}, { search: asked })
  // It is the same for readers of every language.
  const loaded = shownLoaded(locals.visit, await locals.visit.listings.read(asked, read))
  if (!loaded.ok) response.status = loaded.failure.status
  return loaded
}, 'listing')

export const readTicket = query(async (id: string) => {
  const loaded = await loadOrFail('/api/tickets/:id', Ticket, { id })
  // It was here and will not come back, which search engines should know; people can still read what became of it.
  if (loaded.ok && loaded.value.status === 'withdrawn') requestEvent().response.status = 410
  return loaded
}, 'ticket')

/** The waitlist of a ticket as the visitor sees it; undefined for visitors who are not signed in, and where there is none. */
export const readWaitlist = query(async (ticketId: string): Promise<Waitlist | undefined> => {
  const { user } = requestEvent().locals.visit
  return user ? readOptional('/api/orders/waitlist/:ticketId', Waitlist, { ticketId }) : undefined
}, 'waitlist')

export const readSearches = query(() => loadOrFail('/api/tickets/searches', SavedSearches, {}), 'searches')
