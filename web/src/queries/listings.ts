import { localTime } from '@fairpass/sdk/values'
import { query } from '@solidjs/router'
import { Ticket, Tickets } from '../domain/schemas/ticket.ts'
import { cursorOf, loadOrFail, requestEvent } from './load.ts'
import type { Loaded } from './loaded.ts'

/** A ticket of the visitor's own, with the time that its clock shows; anybody else's is none. */
export const readOwnTicket = query(async (id: string): Promise<Loaded<{ ticket: Ticket; startsAt: string }>> => {
  const { locals, response } = requestEvent()
  const loaded = await loadOrFail('/api/tickets/:id', Ticket, { id })
  if (!loaded.ok) return loaded
  const ticket = loaded.value
  // A user whose session ended while filling in this form sees it again, and can save only after signing in.
  const isKept = locals.visit.user === null && locals.visit.refusal?.code === 'not_authenticated'
  if (ticket.sellerId === locals.visit.user?.id || isKept) {
    return { ok: true, value: { ticket, startsAt: localTime(ticket.startsAt, ticket.timeZone ?? 'UTC') } }
  }
  response.status = 404
  return { ok: false, failure: { status: 404, code: 'not_found', errors: [{ message: 'There is no such ticket' }] } }
}, 'own-ticket')

export const readOwnTickets = query(
  (search: string) => loadOrFail('/api/tickets/mine', Tickets, {}, cursorOf(search)),
  'mine',
)
