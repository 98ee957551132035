import * as v from 'valibot'
import { waitsFor } from './earnings.ts'

const Coupon = v.object({
  code: v.string(),
  maxRedemptions: v.number(),
  redemptions: v.number(),
  expiresAt: v.nullish(v.string()),
  withdrawnAt: v.nullish(v.string()),
})
export type Coupon = v.InferOutput<typeof Coupon>

export const Coupons = v.object({ coupons: v.array(Coupon), nextCursor: v.nullish(v.string()) })

const ListedAccount = v.object({
  id: v.string(),
  email: v.string(),
  role: v.picklist(['user', 'admin']),
  status: v.picklist(['active', 'banned']),
  createdAt: v.string(),
})
export type ListedAccount = v.InferOutput<typeof ListedAccount>

export const Accounts = v.object({ users: v.array(ListedAccount), nextCursor: v.nullish(v.string()) })

/** What a later version may add is none of these: the reason beside it is shown then. */
const RefundCause = v.fallback(v.optional(v.picklist(['claim', 'overdue', 'stripe'])), undefined)

const Payment = v.object({
  id: v.string(),
  orderId: v.string(),
  kind: v.picklist(['card', 'coupon']),
  status: v.picklist([
    'awaiting_method',
    'started',
    'authorised',
    'settled',
    'captured',
    'completed',
    'failing',
    'failed',
    'cancelling',
    'cancelled',
    'refunding',
    'refunded',
  ]),
  amountCents: v.number(),
  refundedCents: v.optional(v.number(), 0),
  currency: v.string(),
  failure: v.nullish(v.object({ code: v.string(), message: v.string() })),
  refund: v.nullish(v.object({ reason: v.string(), cause: RefundCause })),
  createdAt: v.string(),
})
export type Payment = v.InferOutput<typeof Payment>

export const Payments = v.object({ payments: v.array(Payment), nextCursor: v.nullish(v.string()) })

const Payout = v.object({
  id: v.string(),
  orderId: v.string(),
  sellerId: v.string(),
  amountCents: v.number(),
  currency: v.string(),
  status: v.picklist(['waiting', 'paying', 'paid', 'reversing', 'dropped']),
  waitsFor,
  payableAt: v.string(),
  failure: v.nullable(v.string()),
  updatedAt: v.string(),
})
export type Payout = v.InferOutput<typeof Payout>

export const Payouts = v.object({ payouts: v.array(Payout), nextCursor: v.nullish(v.string()) })

const Dispute = v.object({
  id: v.string(),
  orderId: v.string(),
  sellerId: v.string(),
  amountCents: v.number(),
  currency: v.string(),
  reason: v.string(),
  status: v.picklist(['inquiry', 'open', 'won', 'lost', 'closed']),
  respondBy: v.nullable(v.string()),
  openedAt: v.string(),
  closedAt: v.nullable(v.string()),
})
export type Dispute = v.InferOutput<typeof Dispute>

export const Disputes = v.object({ disputes: v.array(Dispute), nextCursor: v.nullish(v.string()) })
