import * as v from 'valibot'

// What the pages read of the API's answers; whatever else is in them stays out of the page.
export const User = v.object({ id: v.string(), email: v.string(), role: v.string() })
export type User = v.InferOutput<typeof User>

export const CurrentUser = v.object({ currentUser: v.nullable(User) })

export const Ticket = v.object({
  id: v.string(),
  sellerId: v.string(),
  title: v.string(),
  venue: v.string(),
  city: v.string(),
  startsAt: v.string(),
  timeZone: v.optional(v.string()),
  priceCents: v.number(),
  currency: v.string(),
  description: v.optional(v.string()),
  status: v.picklist(['available', 'reserved', 'sold', 'withdrawn']),
})
export type Ticket = v.InferOutput<typeof Ticket>

export const Tickets = v.object({ tickets: v.array(Ticket), nextCursor: v.nullish(v.string()) })
export type Tickets = v.InferOutput<typeof Tickets>

export const Order = v.object({
  id: v.string(),
  status: v.picklist(['created', 'settling', 'completed', 'cancelled', 'refunded']),
  cancelReason: v.nullish(v.string()),
  expiresAt: v.string(),
  totalCents: v.number(),
  currency: v.string(),
  createdAt: v.string(),
  sellerSuspended: v.optional(v.boolean()),
  ticket: v.object({
    id: v.string(),
    title: v.string(),
    venue: v.string(),
    city: v.string(),
    startsAt: v.string(),
    timeZone: v.optional(v.string()),
  }),
})
export type Order = v.InferOutput<typeof Order>

export const Orders = v.object({ orders: v.array(Order), nextCursor: v.nullish(v.string()) })
export type Orders = v.InferOutput<typeof Orders>

export const Coupons = v.object({
  coupons: v.array(
    v.object({
      code: v.string(),
      maxRedemptions: v.nullish(v.number()),
      redemptions: v.optional(v.union([v.number(), v.array(v.unknown())])),
      expiresAt: v.nullish(v.string()),
    }),
  ),
})
export type Coupons = v.InferOutput<typeof Coupons>

export const Problem = v.object({
  code: v.string(),
  errors: v.array(v.object({ message: v.string(), field: v.optional(v.string()) })),
})
