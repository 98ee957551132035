import { Instant, OrderData, TicketData } from '@fairpass/sdk/events'
import { Id, named, pageOf } from '@fairpass/sdk/http'
import * as v from 'valibot'

const { id, version, status, cancelReason, totalCents, currency } = OrderData.entries
const ticket = v.pick(TicketData, ['id', 'title', 'venue', 'city', 'startsAt', 'timeZone'])

// What the routes answer, for the description of the API; the end-to-end tests hold each real answer against it.
export const OrderAnswer = named(
  'Order',
  v.strictObject({
    id,
    version,
    status,
    cancelReason,
    expiresAt: v.pipe(Instant, v.description('Until when the ticket is held')),
    totalCents,
    currency,
    createdAt: Instant,
    ticket: v.strictObject(ticket.entries),
    sellerSuspended: v.optional(
      v.pipe(v.literal(true), v.description('The seller was suspended while this order was open')),
    ),
  }),
  {
    id: '665f1c2ab8d3c94f1e0a7b23',
    version: 1,
    status: 'created',
    expiresAt: '2035-05-01T12:15:00.000Z',
    totalCents: 8_900,
    currency: 'eur',
    createdAt: '2035-05-01T12:00:00.000Z',
    ticket: {
      id: '665f1c2ab8d3c94f1e0a7b21',
      title: 'An evening at the opera',
      venue: 'State Opera',
      city: 'Vienna',
      startsAt: '2035-06-01T19:30:00.000Z',
    },
  },
)

export const OrdersAnswer = pageOf('orders', OrderAnswer)

export const LineAnswer = named(
  'Line',
  v.strictObject({
    ticketId: Id,
    free: v.pipe(v.boolean(), v.description('Whether the caller can press BUY now')),
    freeBy: v.optional(v.pipe(Instant, v.description('When the checkout that is under way ends at the latest'))),
    waiting: v.pipe(v.number(), v.integer(), v.minValue(0), v.description('How many wait, the caller included')),
    place: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.description('The caller is that many-th'))),
    expiresAt: v.optional(v.pipe(Instant, v.description('Until when the place is kept'))),
  }),
)
