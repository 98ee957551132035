import * as v from 'valibot'
import { Written } from './ticket.ts'

const Handover = v.object({
  kind: v.picklist(['file', 'transfer']),
  status: v.picklist(['waiting', 'sent', 'received', 'overdue']),
  deadline: v.optional(v.string()),
})

const Claim = v.object({
  status: v.picklist(['open', 'refunded', 'rejected']),
  reason: v.string(),
  cause: v.optional(v.literal('first_sale_refunded')),
  at: v.string(),
  answer: v.optional(v.object({ text: v.string() })),
  decision: v.optional(v.object({ reason: v.string() })),
})

export const Order = v.object({
  id: v.string(),
  status: v.picklist(['created', 'settling', 'completed', 'cancelled', 'refunded']),
  cancelReason: v.nullish(v.string()),
  expiresAt: v.string(),
  totalCents: v.number(),
  currency: v.string(),
  createdAt: v.string(),
  sellerSuspended: v.optional(v.boolean()),
  withoutBarcode: v.optional(v.boolean()),
  handover: Handover,
  claim: v.optional(Claim),
  ticket: v.object({
    id: v.string(),
    title: Written,
    venue: Written,
    city: Written,
    startsAt: v.string(),
    timeZone: v.optional(v.string()),
    section: v.optional(Written),
    row: v.optional(Written),
    seat: v.optional(Written),
  }),
})
export type Order = v.InferOutput<typeof Order>

export const Orders = v.object({ orders: v.array(Order), nextCursor: v.nullish(v.string()) })
export type Orders = v.InferOutput<typeof Orders>

const HandedSale = v.object({
  ...v.omit(Order, ['expiresAt', 'cancelReason', 'sellerSuspended']).entries,
  sentAt: v.optional(v.string()),
  receivedAt: v.optional(v.string()),
})
export type HandedSale = v.InferOutput<typeof HandedSale>

export const Recipient = v.object({ email: v.string() })

export const HandedSales = v.object({ sales: v.array(HandedSale), nextCursor: v.nullish(v.string()) })

const ClaimedOrder = v.object({ ...HandedSale.entries, sellerId: v.string(), resaleOf: v.optional(v.string()) })
export type ClaimedOrder = v.InferOutput<typeof ClaimedOrder>

export const Claims = v.object({ claims: v.array(ClaimedOrder), nextCursor: v.nullish(v.string()) })

export const PaymentState = v.object({
  state: v.string(),
  declineCode: v.optional(v.string()),
  byCoupon: v.optional(v.boolean()),
})
export type PaymentState = v.InferOutput<typeof PaymentState>
