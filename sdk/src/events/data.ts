import * as v from 'valibot'
import { Id } from '../http/body.ts'

// What events, and answers between services, say of listings and orders.

/** A moment in UTC, as it is written. */
export const Instant = v.pipe(v.string(), v.isoTimestamp())
export const Version = v.pipe(v.number(), v.integer(), v.minValue(1))
/** Whole minor units. */
export const Cents = v.pipe(v.number(), v.integer(), v.minValue(0))
/** A lower-case ISO 4217 code. */
export const Currency = v.pipe(v.string(), v.regex(/^[a-z]{3}$/))

const seat = { section: v.optional(v.string()), row: v.optional(v.string()), seat: v.optional(v.string()) }

/** What a ticket is for, and when that begins; events of before do not say. */
export const show = {
  title: v.optional(v.string()),
  venue: v.optional(v.string()),
  city: v.optional(v.string()),
  startsAt: v.optional(Instant),
  timeZone: v.optional(v.string()),
}

/** A listing as the other services know it. */
export const TicketData = v.object({
  id: Id,
  version: Version,
  sellerId: Id,
  title: v.string(),
  venue: v.string(),
  city: v.string(),
  startsAt: Instant,
  /** the venue's, as an IANA name; UTC when it is not known */
  timeZone: v.optional(v.string()),
  priceCents: Cents,
  currency: Currency,
  status: v.picklist(['available', 'reserved', 'sold', 'withdrawn']),
  /** the latest order that took it */
  orderId: v.optional(Id),
  /** how it changes hands; events of earlier versions do not say, and mean a transfer after the sale */
  delivery: v.optional(v.picklist(['file', 'transfer'])),
  /** its file was uploaded, so that it can be bought */
  hasFile: v.optional(v.literal(true)),
  /** no barcode was found in its file */
  withoutBarcode: v.optional(v.literal(true)),
  ...seat,
  /** the order by which its seller bought it here */
  resaleOf: v.optional(Id),
  /** taken off the market by an admin, not by its seller */
  withdrawnBy: v.optional(v.literal('admin')),
})
export type TicketData = v.InferOutput<typeof TicketData>

/** How a bought ticket comes to its buyer, and how far that is. */
export const Handover = v.object({
  kind: v.picklist(['file', 'transfer']),
  status: v.picklist(['waiting', 'sent', 'received', 'overdue']),
  /** by when its seller must have passed it on */
  deadline: v.optional(Instant),
})
export type Handover = v.InferOutput<typeof Handover>

/** An order as the other services know it. */
export const OrderData = v.object({
  id: Id,
  version: Version,
  status: v.picklist(['created', 'settling', 'completed', 'cancelled', 'refunded']),
  cancelReason: v.optional(v.picklist(['expired', 'buyer', 'payment_failed'])),
  ticketId: Id,
  buyerId: Id,
  sellerId: Id,
  totalCents: Cents,
  currency: Currency,
  createdAt: Instant,
  expiresAt: Instant,
  /** the ticket as it was when it was ordered, as far as mails mention it */
  ...show,
  ...seat,
  /** the payment that completed it */
  paymentId: v.optional(Id),
  handover: v.optional(Handover),
  /** how the buyer's claim stands, when there is one */
  claimStatus: v.optional(v.picklist(['open', 'refunded', 'rejected'])),
})
export type OrderData = v.InferOutput<typeof OrderData>
