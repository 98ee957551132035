import * as v from 'valibot'

/** What a buyer sees of the waitlist of a ticket, with their place if they have one. */
export const Waitlist = v.object({
  free: v.boolean(),
  freeBy: v.optional(v.string()),
  /** The visitor's own order, if it is they who check the ticket out. */
  orderId: v.optional(v.string()),
  waiting: v.number(),
  place: v.optional(v.number()),
  expiresAt: v.optional(v.string()),
})
export type Waitlist = v.InferOutput<typeof Waitlist>
