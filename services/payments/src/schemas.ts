import { Cents, Currency, Instant } from '@fairpass/sdk/events'
import { Id, named, pageOf } from '@fairpass/sdk/http'
import * as v from 'valibot'
import { disputeStatuses } from './domain/dispute-status.ts'
import { moves, type Status } from './domain/payment.ts'
import { type PayoutStatus, payoutMoves, waitsFor } from './domain/payout.ts'
import { refundCauses } from './domain/refund-cause.ts'

const whole = v.pipe(v.number(), v.integer())
const statuses = Object.keys(moves) as [Status, ...Status[]]
const payoutStatuses = Object.keys(payoutMoves) as [PayoutStatus, ...PayoutStatus[]]
const example = { id: '665f1c2ab8d3c94f1e0a7b24', orderId: '665f1c2ab8d3c94f1e0a7b23' }

// What the routes answer, for the description of the API; the end-to-end tests hold each real answer against it.
export const PaidAnswer = v.union([
  named(
    'Payment',
    v.strictObject({ id: Id, orderId: Id, status: v.literal('succeeded'), amountCents: Cents, currency: Currency }),
    { ...example, status: 'succeeded', amountCents: 8_900, currency: 'eur' },
  ),
  named(
    'PaymentToConfirm',
    v.pipe(
      v.strictObject({ id: Id, status: v.literal('requires_payment_method'), clientSecret: v.string() }),
      v.description("For Stripe's own form in a browser; its webhook settles the order"),
    ),
  ),
])

export const ReceivedAnswer = v.strictObject({ received: v.literal(true) })

export const PaymentStateAnswer = v.strictObject({
  orderId: v.string(),
  state: v.picklist(['none', 'requires_payment_method', 'processing', 'succeeded', 'declined', 'refunded']),
  declineCode: v.optional(v.string()),
  byCoupon: v.optional(v.pipe(v.literal(true), v.description('A coupon paid, so nothing was charged'))),
})

export const EarningsAnswer = v.pipe(
  v.record(Currency, v.strictObject({ pendingCents: whole, availableCents: whole, paidOutCents: whole })),
  v.description('By currency'),
  v.examples([{ eur: { pendingCents: 8_900, availableCents: 0, paidOutCents: 0 } }]),
)

export const PaymentRecord = named(
  'PaymentRecord',
  v.strictObject({
    id: Id,
    orderId: Id,
    kind: v.picklist(['card', 'coupon']),
    status: v.picklist(statuses),
    amountCents: Cents,
    totalCents: Cents,
    feeCents: Cents,
    refundedCents: v.pipe(Cents, v.description('What the buyer was given back while the rest stands')),
    currency: Currency,
    buyerId: Id,
    sellerId: Id,
    intentId: v.nullable(v.string()),
    failure: v.nullable(v.strictObject({ code: v.string(), message: v.string() })),
    dispute: v.nullable(v.strictObject({ id: v.string(), status: v.picklist(disputeStatuses) })),
    refund: v.nullable(
      v.strictObject({
        reason: v.string(),
        cause: v.optional(v.pipe(v.picklist(refundCauses), v.description('Where no admin gave the reason'))),
        at: Instant,
      }),
    ),
    createdAt: Instant,
    updatedAt: Instant,
  }),
)
export const PaymentRecords = pageOf('payments', PaymentRecord)
export const RefundedAnswer = v.strictObject({ payments: v.array(PaymentRecord) })

const Balance = v.strictObject({ account: v.string(), currency: Currency, balanceCents: whole })
export const AccountsAnswer = pageOf('accounts', named('Balance', Balance))

const Entry = v.strictObject({
  id: v.string(),
  at: Instant,
  what: v.string(),
  paymentId: Id,
  orderId: Id,
  currency: Currency,
  lines: v.array(v.strictObject({ account: v.string(), amount: whole })),
})
export const EntriesAnswer = pageOf('entries', named('LedgerEntry', Entry))

export const WebhookAnswer = named(
  'Webhook',
  v.strictObject({
    id: v.string(),
    type: v.string(),
    status: v.picklist(['stored', 'applied', 'failed']),
    attempts: whole,
    receivedAt: Instant,
    nextAttemptAt: v.nullable(Instant),
    failure: v.nullable(v.string()),
    paymentId: v.nullable(v.string()),
    intentId: v.nullable(v.string()),
  }),
)
export const WebhooksAnswer = pageOf('events', WebhookAnswer)

const accountStatuses = v.picklist(['none', 'onboarding', 'ready'])
export const AccountAnswer = named(
  'SellerAccount',
  v.strictObject({ status: accountStatuses, due: v.array(v.string()) }),
  { status: 'onboarding', due: ['external_account'] },
)
export const OnboardingAnswer = v.strictObject({ status: accountStatuses, url: v.string(), expiresAt: Instant })

const Sale = v.strictObject({
  paymentId: Id,
  orderId: Id,
  ticketId: v.nullable(Id),
  totalCents: Cents,
  feeCents: Cents,
  refundedCents: Cents,
  amountCents: Cents,
  currency: Currency,
  status: v.picklist(['pending', 'available', 'paid_out', 'taken_back', 'cancelled']),
  waitsFor: v.nullable(v.picklist(waitsFor)),
  payableAt: Instant,
  paidAt: v.nullable(Instant),
})
export const SalesAnswer = pageOf('sales', named('Sale', Sale))

export const PayoutRecord = named(
  'PayoutRecord',
  v.strictObject({
    id: Id,
    orderId: Id,
    sellerId: Id,
    amountCents: Cents,
    refundedCents: Cents,
    currency: Currency,
    status: v.picklist(payoutStatuses),
    waitsFor: v.nullable(v.picklist(waitsFor)),
    payableAt: Instant,
    transferId: v.nullable(v.string()),
    failure: v.nullable(v.string()),
    attempts: whole,
    nextAttemptAt: v.nullable(Instant),
    updatedAt: Instant,
  }),
)
export const PayoutsAnswer = pageOf('payouts', PayoutRecord)

const Dispute = v.strictObject({
  id: v.string(),
  paymentId: Id,
  orderId: Id,
  sellerId: Id,
  amountCents: Cents,
  currency: Currency,
  reason: v.string(),
  status: v.picklist(disputeStatuses),
  respondBy: v.nullable(Instant),
  openedAt: Instant,
  closedAt: v.nullable(Instant),
})
export const DisputesAnswer = pageOf('disputes', named('DisputeRecord', Dispute))

const newCoupon = { code: v.string(), maxRedemptions: whole, expiresAt: v.nullable(Instant) }
const NewCoupon = named('NewCoupon', v.strictObject(newCoupon), {
  code: '7KQ2-M4XD-9TFA-R0ZB',
  maxRedemptions: 1,
  expiresAt: null,
})
export const NewCouponsAnswer = v.strictObject({ coupons: v.array(NewCoupon) })

const Coupon = v.strictObject({
  id: Id,
  ...newCoupon,
  redemptions: whole,
  withdrawnAt: v.nullable(Instant),
  createdAt: Instant,
})
export const CouponsAnswer = pageOf('coupons', named('Coupon', Coupon))
