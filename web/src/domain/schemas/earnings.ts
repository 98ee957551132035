import * as v from 'valibot'

export const Earnings = v.record(
  v.string(),
  v.object({ pendingCents: v.number(), availableCents: v.number(), paidOutCents: v.number() }),
)

const payoutAccountStatus = v.picklist(['none', 'onboarding', 'ready'])

export const PayoutAccountStatus = v.object({ status: payoutAccountStatus, due: v.array(v.string()) })
export type PayoutAccountStatus = v.InferOutput<typeof PayoutAccountStatus>

/** It becomes a link and a header, so it is an address of the web and written as one. */
export const Onboarding = v.object({
  url: v.pipe(
    v.string(),
    v.url(),
    v.transform((url) => new URL(url).href),
    v.regex(/^https?:/),
  ),
})

export const waitsFor = v.nullable(v.picklist(['event', 'account', 'dispute', 'review', 'balance']))

const Sale = v.object({
  paymentId: v.string(),
  ticketId: v.nullable(v.string()),
  totalCents: v.number(),
  feeCents: v.number(),
  refundedCents: v.optional(v.number(), 0),
  amountCents: v.number(),
  currency: v.string(),
  status: v.picklist(['pending', 'available', 'paid_out', 'taken_back', 'cancelled']),
  waitsFor,
  payableAt: v.string(),
  paidAt: v.nullable(v.string()),
})
export type Sale = v.InferOutput<typeof Sale>

export const Sales = v.object({ sales: v.array(Sale), nextCursor: v.nullish(v.string()) })
export type Sales = v.InferOutput<typeof Sales>
