import type { TicketData } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'

/** A listing as tickets publishes it. */
export const aTicket = (more: Partial<TicketData> = {}): TicketData => ({
  id: newId(),
  version: 1,
  sellerId: newId(),
  title: 'Opera',
  venue: 'Hall',
  city: 'Graz',
  startsAt: '2035-01-01T20:00:00Z',
  priceCents: 5_000,
  currency: 'eur',
  status: 'available',
  ...more,
})
