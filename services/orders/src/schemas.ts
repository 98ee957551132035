import { Handover, Instant, OrderData, TicketData } from '@fairpass/sdk/events'
import { Id, named, pageOf } from '@fairpass/sdk/http'
import * as v from 'valibot'

const { id, version, status, cancelReason, totalCents, currency } = OrderData.entries
const ticket = v.pick(TicketData, ['id', 'title', 'venue', 'city', 'startsAt', 'timeZone', 'section', 'row', 'seat'])

const ClaimAnswer = v.strictObject({
  status: v.picklist(['open', 'refunded', 'rejected']),
  reason: v.string(),
  cause: v.optional(
    v.pipe(
      v.literal('first_sale_refunded'),
      v.description('No buyer made it: its seller got the money back for what they had bought here'),
    ),
  ),
  at: Instant,
  answer: v.optional(v.strictObject({ text: v.string(), at: Instant })),
  decision: v.optional(v.strictObject({ reason: v.string(), at: Instant })),
})

// What the routes answer, for the description of the API; the end-to-end tests hold each real answer against it.
const Shown = v.strictObject({
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
  withoutBarcode: v.optional(v.pipe(v.literal(true), v.description('No barcode was found in the file of this ticket'))),
  handover: Handover,
  claim: v.optional(ClaimAnswer),
})

export const OrderAnswer = named('Order', Shown, {
  id: '665f1c2ab8d3c94f1e0a7b23',
  version: 1,
  status: 'created',
  expiresAt: '2035-05-01T12:15:00.000Z',
  totalCents: 8_900,
  currency: 'eur',
  createdAt: '2035-05-01T12:00:00.000Z',
  handover: { kind: 'transfer', status: 'waiting' },
  ticket: {
    id: '665f1c2ab8d3c94f1e0a7b21',
    title: 'An evening at the opera',
    venue: 'State Opera',
    city: 'Vienna',
    startsAt: '2035-06-01T19:30:00.000Z',
  },
})

export const OrdersAnswer = pageOf('orders', OrderAnswer)

export const WaitlistAnswer = named(
  'Waitlist',
  v.strictObject({
    ticketId: Id,
    free: v.pipe(v.boolean(), v.description('Whether the caller can press BUY now')),
    freeBy: v.optional(v.pipe(Instant, v.description('When the checkout that is under way ends at the latest'))),
    orderId: v.optional(v.pipe(Id, v.description('The order under way, if it is the caller’s own'))),
    waiting: v.pipe(v.number(), v.integer(), v.minValue(0), v.description('How many wait, the caller included')),
    place: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.description('The caller is that many-th'))),
    expiresAt: v.optional(v.pipe(Instant, v.description('Until when the place is kept'))),
  }),
)

/** What the seller of a ticket sees of its order: not who bought it. */
const Sale = v.strictObject({
  ...v.omit(Shown, ['expiresAt', 'sellerSuspended']).entries,
  sentAt: v.optional(Instant),
  receivedAt: v.optional(Instant),
})
export const SaleAnswer = named('SoldOrder', Sale)
export const SalesAnswer = pageOf('sales', SaleAnswer)

/** What an admin decides a claim from. */
export const ClaimedOrder = named(
  'ClaimedOrder',
  v.strictObject({
    ...Sale.entries,
    buyerId: Id,
    sellerId: Id,
    paymentId: v.optional(Id),
    resaleOf: v.optional(v.pipe(Id, v.description('The order by which its seller bought what they sold on'))),
  }),
)
export const ClaimsAnswer = pageOf('claims', ClaimedOrder)
