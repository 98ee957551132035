import { CustomError, RequestValidationError } from '@fairpass/sdk/errors'
import { event, type FairpassEvent } from '@fairpass/sdk/events'
import { type Backoff, type Lease, leaseFrom } from '@fairpass/sdk/lease'
import { omitUndefined } from '@fairpass/sdk/omit-undefined'
import { declineCodeOf } from './decline.ts'
import type { DisputeStatus } from './dispute-status.ts'

/**
 * Where a payment may go from where it is. What ends `-ing` is decided but not yet done everywhere; from `settled` on only
 * capture, or its refusal for good, ends it; and no way leads back to money once a payment was given up: what comes in
 * nevertheless goes out again through `refunding`.
 */
export const moves = {
  /** waits for a card that Stripe's own form collects in the browser */
  awaiting_method: ['authorised', 'cancelling'],
  started: ['authorised', 'failing', 'cancelling'],
  /** the card holds the amount, or a coupon is redeemed; the order has not agreed yet */
  authorised: ['settled', 'cancelling'],
  /** the order waits for this payment alone */
  settled: ['captured', 'failing'],
  /** money moved; the order does not know it yet */
  captured: ['completed', 'refunding'],
  /** nothing is left to do; an admin may still give the money back */
  completed: ['refunding'],
  /** the card was declined: the order has to be notified, the authorisation cancelled */
  failing: ['failed', 'refunding'],
  failed: ['refunding'],
  /** the order refused, or the payment could not begin: the authorisation has to be cancelled */
  cancelling: ['cancelled', 'refunding'],
  cancelled: ['refunding'],
  /** money came for an order that has ended, or an admin gives it back */
  refunding: ['refunded'],
  refunded: [],
} as const satisfies Record<string, readonly string[]>

export type Status = keyof typeof moves
export type Failure = { code: string; message: string }
/** Why the buyer gets the money back; without an admin it was given back at Stripe. */
type Refund = { reason: string; adminId?: string; at: Date }

export type Payment = {
  id: string
  version: number
  orderId: string
  /** counts the payments of one order, from 1 */
  attempt: number
  kind: 'card' | 'coupon'
  status: Status
  buyerId: string
  sellerId: string
  ticketId?: string
  /** when the event begins, from which the seller's payout is counted */
  startsAt?: Date
  /** what the order costs, and the seller is owed for it less the fee */
  totalCents: number
  /** what the platform keeps of it */
  feeCents?: number
  /** what the buyer pays: nothing with a coupon */
  amountCents: number
  currency: string
  /** until when the order may be settled */
  expiresAt: Date
  paymentMethod?: string
  intentId?: string
  couponId?: string
  failure?: Failure
  refund?: Refund
  /** what the buyer was given back of the price while the rest stands */
  refundedCents?: number
  /** the buyer's bank wants the money back, or wanted it */
  dispute?: { id: string; status: DisputeStatus }
  /** the ledger knows that a card holds the amount */
  isHeld?: true | undefined
  /** how often Stripe kept a failure of its own as the answer under a key: the same key would only repeat it */
  keyGeneration: number
  /** when the reconciler retries it, and how often it did since the last move */
  lease: Lease
  createdAt: Date
  updatedAt: Date
}

/** How long the process that moved a payment has for the next move before the reconciler takes over, in milliseconds. */
const graceMs = 5_000
export const paymentBackoff: Backoff = { firstMs: graceMs, longestMs: 30_000 }

const leaseOfMover = (now: Date) => leaseFrom(new Date(now.getTime() + graceMs))

/** At most one payment of an order may be in one of these: each may end in its money. */
export const openStatuses = [
  'started',
  'authorised',
  'settled',
  'captured',
  'completed',
  'failing',
] as const satisfies Status[]
/** Ended without money. */
export const givenUpStatuses = ['failed', 'cancelled'] as const satisfies Status[]
/** What the reconciler has to bring to an end. */
export const unfinishedStatuses = [
  'awaiting_method',
  'started',
  'authorised',
  'settled',
  'captured',
  'failing',
  'cancelling',
  'refunding',
] as const satisfies Status[]

type Unfinished = Payment & { status: (typeof unfinishedStatuses)[number] }

export const isUnfinished = (payment: Payment): payment is Unfinished =>
  (unfinishedStatuses as readonly Status[]).includes(payment.status)

export const isGivenUp = ({ status }: Pick<Payment, 'status'>): boolean =>
  (givenUpStatuses as readonly Status[]).includes(status)

/** Whether a card's hold goes on after a move. */
const isHeldAt = (to: Status, { kind, isHeld }: Payment): true | undefined => {
  if (to === 'authorised') return kind === 'card' ? true : undefined
  return to === 'settled' || to === 'failing' || to === 'cancelling' ? isHeld : undefined
}

/** Why a payment moves, and the data that come with it. */
export type Why = { failure?: Failure; refund?: Refund; intentId?: string | undefined }

/** @throws when no such move exists, which is a mistake of the caller */
export const move = (payment: Payment, to: Status, now: Date, why: Why = {}): Payment => {
  if (!(moves[payment.status] as readonly Status[]).includes(to))
    throw new Error(`a payment cannot go from ${payment.status} to ${to}`)
  return {
    ...payment,
    status: to,
    ...omitUndefined(why),
    isHeld: isHeldAt(to, payment),
    lease: leaseOfMover(now),
    updatedAt: now,
  }
}

type Opening = Pick<
  Payment,
  | 'id'
  | 'orderId'
  | 'attempt'
  | 'buyerId'
  | 'sellerId'
  | 'ticketId'
  | 'startsAt'
  | 'totalCents'
  | 'feeCents'
  | 'currency'
  | 'expiresAt'
> &
  ({ paymentMethod?: string } | { couponId: string })

export const openPayment = (opening: Opening, now: Date): Omit<Payment, 'version'> => {
  const isCoupon = 'couponId' in opening
  return {
    ...opening,
    kind: isCoupon ? 'coupon' : 'card',
    status: isCoupon ? 'authorised' : opening.paymentMethod ? 'started' : 'awaiting_method',
    amountCents: isCoupon ? 0 : opening.totalCents,
    keyGeneration: 0,
    lease: leaseOfMover(now),
    createdAt: now,
    updatedAt: now,
  }
}

const toData = ({ id, version, orderId, amountCents, currency }: Payment) => ({
  id,
  version,
  orderId,
  amountCents,
  currency,
})

/** The event for a payment that has just reached this status. */
export const eventsOf = (payment: Payment): FairpassEvent[] => {
  if (payment.status === 'captured') return [event('payment.captured', toData(payment))]
  if (payment.status === 'failing') return [event('payment.failed', toData(payment))]
  if (payment.status === 'cancelling') return [event('payment.cancelled', toData(payment))]
  if (payment.status === 'refunded') return [event('payment.refunded', toData(payment))]
  return []
}

/** The order has ended, was paid already, or is being paid right now. */
export class OrderNotPayableError extends CustomError {
  readonly code = 'order_not_payable'
  constructor(message = 'This order cannot be paid any more') {
    super(message)
  }
}

/** Nothing was taken, or it is not known yet whether anything was. */
export class PaymentNotRefundableError extends CustomError {
  readonly code = 'payment_not_refundable'
  constructor(message = 'Nothing was taken with this payment, so nothing can be given back') {
    super(message)
  }
}

class CardDeclinedError extends CustomError {
  readonly code = 'card_declined'
  override readonly extensions: { declineCode: string }
  constructor(failure: Failure | undefined) {
    super(failure?.message ?? 'Your card was declined.')
    this.extensions = { declineCode: declineCodeOf(failure?.code) }
  }
}

/** It is not known yet how the payment ends; the reconciler finds out, whether or not the buyer retries. */
export class PaymentUnderWayError extends CustomError {
  readonly code = 'service_unavailable'
  override readonly retryAfterSeconds = 5
  constructor(options?: ErrorOptions) {
    super('The payment is still under way; look at the order in a moment. You will not be charged twice', options)
  }
}

export const unknownMethod: Failure = {
  code: 'payment_method_unknown',
  message: 'is not a payment method that can be used',
}
export const orderNotPayable: Failure = { code: 'order_not_payable', message: 'This order cannot be paid any more' }

/** The error for the buyer of a payment that did not succeed; undefined for one that did, or waits for a card. */
export const errorOf = ({ kind, status, failure }: Payment): CustomError | undefined => {
  switch (status) {
    case 'completed':
    case 'awaiting_method':
      return undefined
    case 'failed':
      return new CardDeclinedError(failure)
    case 'cancelled':
      if (failure?.code === unknownMethod.code)
        return new RequestValidationError([{ msg: unknownMethod.message, param: 'paymentMethod' }])
      return new OrderNotPayableError(failure?.message)
    case 'refunded':
      return new OrderNotPayableError(
        kind === 'coupon' ? 'This order had ended' : 'This order had ended; the money was given back',
      )
    default:
      return new PaymentUnderWayError()
  }
}
