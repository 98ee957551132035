import { type Backoff, type Lease, leaseFrom } from '@fairpass/sdk/lease'
import type { Payment } from './payment.ts'

/**
 * Where a payout may go from where it is. A refund or a dispute changes what is owed, never what was sent: what was sent
 * and is not owed any more comes back through `reversing`, and what is owed again is sent again.
 */
export const payoutMoves = {
  /** nothing is sent: its time has not come, or something stands in the way */
  waiting: ['paying', 'dropped'],
  /** decided; whether Stripe has sent it is not known yet */
  paying: ['paid', 'reversing', 'waiting'],
  paid: ['reversing'],
  /** what was sent is not owed any more */
  reversing: ['waiting', 'dropped'],
  /** nothing is owed for this sale, and nothing is with the seller */
  dropped: [],
} as const satisfies Record<string, readonly string[]>

export type PayoutStatus = keyof typeof payoutMoves
/** What may stand in the way; `review` is a ban. */
export const waitsFor = ['event', 'account', 'dispute', 'review', 'balance'] as const
export type WaitsFor = (typeof waitsFor)[number]

/** What one sale owes its seller, and where that money is. Its id is the payment's. */
export type Payout = {
  id: string
  version: number
  status: PayoutStatus
  orderId: string
  ticketId?: string
  sellerId: string
  kind: Payment['kind']
  totalCents: number
  feeCents: number
  /** the price less the fee, and less what a lost dispute took */
  amountCents: number
  currency: string
  payableAt: Date
  /** the buyer gets all of it back */
  isRefunded?: true
  /** what the buyer was given back of the price while the rest stands */
  refundedCents?: number
  /** the version of its order in the last event about a claim: events repeat, and have no order */
  claimVersion?: number
  /** disputes that are not decided */
  disputes: string[]
  waitsFor?: WaitsFor | undefined
  /** Stripe's last refusal */
  failure?: string | undefined
  /** counts what was tried to be sent: Stripe is asked for each under a key of its own */
  transferAttempt: number
  /** counts the requests for coming back that Stripe has refused for good */
  keyGeneration: number
  accountId?: string
  chargeId?: string | undefined
  sentCents?: number
  transferId?: string
  paidAt?: Date
  lease: Lease
  createdAt: Date
  updatedAt: Date
}

export const unfinishedPayouts = ['waiting', 'paying', 'reversing'] as const satisfies PayoutStatus[]
type Unfinished = Payout & { status: (typeof unfinishedPayouts)[number] }

export const isUnfinishedPayout = (payout: Payout): payout is Unfinished =>
  (unfinishedPayouts as readonly PayoutStatus[]).includes(payout.status)

export const payoutBackoff: Backoff = { firstMs: 5_000, longestMs: 3_600_000 }

/** @param delayMs how long after the event has begun a sale is paid out */
export const openPayout = (payment: Payment, delayMs: number, now: Date): Omit<Payout, 'version'> => {
  const { id, orderId, ticketId, sellerId, kind, totalCents, feeCents = 0, currency, createdAt } = payment
  const payableAt = new Date((payment.startsAt ?? createdAt).getTime() + delayMs)
  return {
    ...{ id, orderId, sellerId, kind, totalCents, feeCents, currency },
    ...(ticketId === undefined ? {} : { ticketId }),
    status: 'waiting',
    amountCents: totalCents - feeCents,
    payableAt,
    disputes: [],
    waitsFor: 'event',
    transferAttempt: 1,
    keyGeneration: 0,
    lease: leaseFrom(payableAt),
    createdAt: now,
    updatedAt: now,
  }
}

/** Nothing can be owed any more. */
const isOver = ({ isRefunded, amountCents }: Payout) => isRefunded === true || amountCents === 0

const mustComeBack = (payout: Payout) =>
  isOver(payout) || payout.disputes.length > 0 || payout.amountCents !== payout.sentCents

/** @throws when no such move exists, which is a mistake of the caller */
const move = (payout: Payout, to: PayoutStatus, now: Date, more: Partial<Payout> = {}): Payout => {
  if (!(payoutMoves[payout.status] as readonly PayoutStatus[]).includes(to))
    throw new Error(`a payout cannot go from ${payout.status} to ${to}`)
  return {
    ...payout,
    status: to,
    waitsFor: undefined,
    failure: undefined,
    lease: leaseFrom(now),
    updatedAt: now,
    ...more,
  }
}

/** What follows at once from what is owed; what Stripe is being asked for comes first. */
const settled = (payout: Payout, now: Date): Payout => {
  if (payout.status === 'waiting' && isOver(payout)) return move(payout, 'dropped', now)
  if (payout.status === 'paid' && mustComeBack(payout)) return move(payout, 'reversing', now)
  return payout
}

export const refundPayout = (payout: Payout, now: Date): Payout => settled({ ...payout, isRefunded: true }, now)

/** The buyer was given back a part: the seller is owed `lostCents` less. What was sent already comes back, and less is sent. */
export const reducePayout = (payout: Payout, refundedCents: number, lostCents: number, now: Date): Payout =>
  settled({ ...payout, refundedCents, amountCents: Math.max(0, payout.amountCents - lostCents) }, now)

export const disputePayout = (payout: Payout, disputeId: string, now: Date): Payout =>
  settled({ ...payout, disputes: [...new Set([...payout.disputes, disputeId])] }, now)

/** A dispute was decided: the seller gets all of it after all, or `lostCents` less. */
export const undisputePayout = (payout: Payout, disputeId: string, lostCents: number, now: Date): Payout => {
  const decided: Payout = {
    ...payout,
    disputes: payout.disputes.filter((id) => id !== disputeId),
    amountCents: Math.max(0, payout.amountCents - lostCents),
  }
  const isFree = decided.status === 'waiting' && decided.disputes.length === 0
  return settled(isFree ? { ...decided, lease: leaseFrom(now) } : decided, now)
}

/** A claim stands in the way as a bank's dispute does, under a name that no dispute has. */
const claimName = 'claim'

/** A buyer's claim as of a version of the order; what is older changes nothing. */
export const followClaim = (
  payout: Payout,
  { version, isOpen }: { version: number; isOpen: boolean },
  now: Date,
): Payout => {
  if ((payout.claimVersion ?? 0) >= version) return payout
  const known = { ...payout, claimVersion: version }
  return isOpen ? disputePayout(known, claimName, now) : undisputePayout(known, claimName, 0, now)
}

/** Checked, and left as it is. */
export const wait = (payout: Payout, forWhat: WaitsFor, now: Date): Payout => ({
  ...payout,
  waitsFor: forWhat,
  ...(forWhat === 'event' && payout.payableAt > now ? { lease: leaseFrom(payout.payableAt) } : {}),
  updatedAt: now,
})

export const beginPayout = (
  payout: Payout,
  by: { accountId: string; chargeId: string | undefined },
  now: Date,
): Payout => move(payout, 'paying', now, { ...by, sentCents: payout.amountCents })

/** @param made as Stripe has it: after a restore of a later round, and of what was owed then */
export const payoutSent = (
  payout: Payout,
  { id: transferId, ...made }: { id: string; transferAttempt?: number; sentCents?: number },
  now: Date,
): Payout => {
  const paid: Payout = { ...payout, ...made, transferId, paidAt: now }
  return mustComeBack(paid) ? move(paid, 'reversing', now) : move(paid, 'paid', now)
}

/** Nothing was sent, and nothing ever will be under this round's key. */
export const payoutRefused = (
  payout: Payout,
  { code, message }: { code: string | undefined; message: string },
  now: Date,
): Payout => {
  const forWhat = code === 'balance_insufficient' ? 'balance' : 'account'
  const { lease, transferAttempt } = payout
  return settled(
    move(payout, 'waiting', now, {
      transferAttempt: transferAttempt + 1,
      waitsFor: forWhat,
      failure: message,
      lease,
    }),
    now,
  )
}

/** Stripe keeps a failure of its own under this round's key, and was seen to have sent nothing under it. */
export const payoutAgain = (payout: Payout): Payout => ({ ...payout, transferAttempt: payout.transferAttempt + 1 })

export const payoutBack = (payout: Payout, now: Date): Payout =>
  move(payout, isOver(payout) ? 'dropped' : 'waiting', now, {
    transferAttempt: payout.transferAttempt + 1,
    keyGeneration: 0,
  })

export const reversalRefused = (payout: Payout, failure: string): Payout => ({
  ...payout,
  keyGeneration: payout.keyGeneration + 1,
  failure,
})
