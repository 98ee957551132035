import * as v from 'valibot'
import { OrderData } from '../events/data.ts'

/** What services answer each other under `/internal/`; no client ever sees these. */
export const OrderToPay = OrderData
export type OrderToPay = OrderData

export const OrdersToPay = v.object({ orders: v.array(OrderData) })

/** How orders took what each of several payments said: as a change, as one that they refuse, or not at all yet. */
export const Verdicts = v.object({ verdicts: v.array(v.picklist(['done', 'refused', 'unknown'])) })

/** Whether anything between a seller and the platform is still to be settled, in any currency. */
export const Owed = v.object({ isOwed: v.boolean() })

/** Whether the orders of a listing allow it to be changed, or why not. */
export const Fence = v.object({ verdict: v.picklist(['free', 'reserved', 'sold']) })

/** Orders by the time of their last change, and the position from which the next page continues. */
export const ChangedOrders = v.object({
  orders: v.array(OrderData),
  next: v.nullable(v.object({ at: v.string(), id: v.string() })),
})

/** The bans and erased accounts that a token may still outlive. */
export const Bans = v.object({
  // An auth of an earlier release says no version.
  bans: v.array(v.object({ userId: v.string(), bannedAt: v.string(), version: v.optional(v.number()) })),
})
