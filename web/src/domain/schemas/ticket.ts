import { withoutDirections } from '@fairpass/sdk/values'
import * as v from 'valibot'

/** What other people wrote: whatever is stored, nothing in it turns the page round. */
export const Written = v.pipe(v.string(), v.transform(withoutDirections))

export const Ticket = v.object({
  id: v.string(),
  sellerId: v.string(),
  title: Written,
  venue: Written,
  city: Written,
  startsAt: v.string(),
  timeZone: v.optional(v.string()),
  priceCents: v.number(),
  currency: v.string(),
  description: v.optional(Written),
  delivery: v.optional(v.picklist(['file', 'transfer'])),
  hasFile: v.optional(v.boolean()),
  withoutBarcode: v.optional(v.boolean()),
  section: v.optional(Written),
  row: v.optional(Written),
  seat: v.optional(Written),
  faceValueCents: v.optional(v.number()),
  status: v.picklist(['available', 'reserved', 'sold', 'withdrawn']),
})
export type Ticket = v.InferOutput<typeof Ticket>

/** Nobody buys a ticket for what is under way. */
export const hasBegun = ({ startsAt }: Pick<Ticket, 'startsAt'>, now: Date): boolean => new Date(startsAt) <= now

/** Its seller has not uploaded it yet, so nobody can buy it. */
export const lacksFile = ({ delivery, hasFile }: Pick<Ticket, 'delivery' | 'hasFile'>): boolean =>
  delivery === 'file' && !hasFile

export const Tickets = v.object({ tickets: v.array(Ticket), nextCursor: v.nullish(v.string()) })
export type Tickets = v.InferOutput<typeof Tickets>

export const SavedSearches = v.object({
  searches: v.array(v.object({ id: v.string(), name: v.string(), query: v.record(v.string(), v.string()) })),
})
export type SavedSearches = v.InferOutput<typeof SavedSearches>
