import { Instant, TicketData } from '@fairpass/sdk/events'
import { Id, named, pageOf } from '@fairpass/sdk/http'
import * as v from 'valibot'

// What the routes answer, for the description of the API; the end-to-end tests hold each real answer against it.
export const TicketAnswer = named(
  'Ticket',
  v.strictObject({ ...v.omit(TicketData, ['orderId']).entries, description: v.optional(v.string()) }),
  {
    id: '665f1c2ab8d3c94f1e0a7b21',
    version: 1,
    sellerId: '665f1c2ab8d3c94f1e0a7b22',
    title: 'An evening at the opera',
    venue: 'State Opera',
    city: 'Vienna',
    startsAt: '2035-06-01T19:30:00.000Z',
    priceCents: 8_900,
    currency: 'eur',
    status: 'available',
  },
)

export const SavedSearchAnswer = named(
  'SavedSearch',
  v.strictObject({ id: Id, name: v.string(), query: v.record(v.string(), v.string()), createdAt: Instant }),
)
export const SavedSearchesAnswer = v.strictObject({ searches: v.array(SavedSearchAnswer) })

export const TicketsAnswer = pageOf('tickets', TicketAnswer)
