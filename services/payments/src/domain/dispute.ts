import { type Backoff, type Lease, leaseFrom } from '@fairpass/sdk/lease'
import { chargeIncrement } from '@fairpass/sdk/values'
import { type DisputeStatus, disputeStatuses, isDecided } from './dispute-status.ts'
import type { Payment } from './payment.ts'

export type DisputeEntry = 'dispute_opened' | 'dispute_won' | 'dispute_lost'

export type Dispute = {
  id: string
  version: number
  status: DisputeStatus
  paymentId: string
  orderId: string
  sellerId: string
  amountCents: number
  currency: string
  reason: string
  /** what the ledger knows of it */
  booked: DisputeEntry[]
  respondBy?: Date | undefined
  openedAt: Date
  closedAt?: Date
  lease: Lease
}

/** A dispute as Stripe reports it. */
export type ReportedDispute = {
  id: string
  intentId: string | undefined
  /** which of our payments its intent was made for, if it was */
  paymentId: string | undefined
  status: DisputeStatus
  amountCents: number
  currency: string
  reason: string
  respondBy: Date | undefined
  openedAt: Date
}

const firstPauseMs = 5_000
export const disputeBackoff: Backoff = { firstMs: firstPauseMs, longestMs: 3_600_000 }

/** A report may be older than what is known: a dispute only goes forward. */
const isNews = (known: DisputeStatus, reported: DisputeStatus) =>
  !isDecided(known) && disputeStatuses.indexOf(reported) > disputeStatuses.indexOf(known)

const entriesTo: Record<DisputeStatus, DisputeEntry[]> = {
  inquiry: [],
  open: ['dispute_opened'],
  won: ['dispute_opened', 'dispute_won'],
  lost: ['dispute_opened', 'dispute_lost'],
  closed: [],
}

/** @returns undefined when the report changes nothing */
export const followDispute = (
  known: Dispute | undefined,
  reported: ReportedDispute,
  payment: Payment,
  now: Date,
): Omit<Dispute, 'version'> | undefined => {
  if (known && !isNews(known.status, reported.status)) return undefined
  const { id, status, amountCents, currency, reason, respondBy, openedAt } = reported
  return {
    ...{ id, status, amountCents, currency, reason, openedAt },
    ...(respondBy ? { respondBy } : {}),
    paymentId: payment.id,
    orderId: payment.orderId,
    sellerId: payment.sellerId,
    booked: entriesTo[status],
    ...(isDecided(status) ? { closedAt: now } : {}),
    lease: leaseFrom(new Date(now.getTime() + firstPauseMs)),
  }
}

/**
 * Who bears what a lost dispute took: the platform its share of the price, rounded down to what Stripe can move, the seller the rest.
 */
export const lossOf = (
  { totalCents, feeCents = 0, currency }: Pick<Payment, 'totalCents' | 'feeCents' | 'currency'>,
  lostCents: number,
) => {
  const unit = BigInt(chargeIncrement(currency))
  const share = (BigInt(feeCents) * BigInt(lostCents)) / BigInt(totalCents)
  const feeLostCents = lostCents === totalCents ? feeCents : Number((share / unit) * unit)
  return { sellerLostCents: lostCents - feeLostCents, feeLostCents }
}
