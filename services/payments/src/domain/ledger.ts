import { type Dispute, type DisputeEntry, lossOf } from './dispute.ts'
import type { Payment } from './payment.ts'
import type { Payout } from './payout.ts'

/** What we hold or gave away is positive, what we owe is negative. */
export type Account =
  /** what Stripe holds for the platform */
  | 'stripe'
  /** what cards hold for orders that are not yet paid: no money has moved, so one stands against the other */
  | 'cards:held'
  | 'orders:held'
  /** what coupons cost the platform */
  | 'platform:promotions'
  /** the platform's share of sales */
  | 'platform:fees'
  /** what the platform lost: a dispute over money that the buyer had been given back already */
  | 'platform:losses'
  /** what buyers' banks hold back until they have decided */
  | 'disputes:open'
  /** what a seller is owed */
  | `seller:${string}`

export type Line = { account: Account; amount: number }
type What =
  | 'authorised'
  | 'released'
  | 'captured'
  | 'fee'
  | 'refunded'
  | 'refunded_in_part'
  | 'payout'
  | 'payout_reversed'
  | DisputeEntry

/** One business event, written once and never changed; its id says which. */
export type Entry = {
  id: string
  what: What
  paymentId: string
  orderId: string
  currency: string
  lines: readonly Line[]
}

/** @throws when a line is not a whole number of minor units, or the lines do not sum to zero */
export const entry = (draft: Entry): Entry => {
  const isWhole = draft.lines.every(({ amount }) => Number.isSafeInteger(amount))
  const sum = draft.lines.reduce((total, { amount }) => total + amount, 0)
  if (!isWhole || sum !== 0) throw new Error(`entry ${draft.id} does not sum to zero: ${JSON.stringify(draft.lines)}`)
  return draft
}

/** Moves an amount: `to` has it afterwards, `from` owes it or no longer has it. */
const transfer = (to: Account, from: Account, amount: number): Line[] => {
  const owed = -amount
  return [
    { account: to, amount },
    { account: from, amount: owed },
  ]
}

const entryOf = ({ id, orderId, currency }: Payment, what: What, lines: Line[]): Entry =>
  entry({ id: `${what}:${id}`, what, paymentId: id, orderId, currency, lines })

const reversed = (lines: readonly Line[]): Line[] => lines.map(({ account, amount }) => ({ account, amount: -amount }))

const heldLines = ({ amountCents }: Payment) => transfer('cards:held', 'orders:held', amountCents)

/** Who pays the seller: the buyer's card through Stripe, or the platform for a coupon. */
const payerOf = ({ kind }: Payment): Account => (kind === 'card' ? 'stripe' : 'platform:promotions')

const saleLines = (payment: Payment) => transfer(payerOf(payment), `seller:${payment.sellerId}`, payment.totalCents)

const feeLines = ({ sellerId, feeCents = 0 }: Payment) =>
  feeCents === 0 ? [] : transfer(`seller:${sellerId}`, 'platform:fees', feeCents)

export const capturedEntries = (payment: Payment): Entry[] => {
  const fee = feeLines(payment)
  return [entryOf(payment, 'captured', saleLines(payment)), ...(fee.length > 0 ? [entryOf(payment, 'fee', fee)] : [])]
}

/** What a refund in part takes from the seller and from the platform's share, as a dispute over as much would. */
const partLines = (payment: Payment, fromCents: number, toCents: number): Line[] => {
  const [before, after] = [lossOf(payment, fromCents), lossOf(payment, toCents)]
  const feeCents = after.feeLostCents - before.feeLostCents
  return [
    ...transfer(`seller:${payment.sellerId}`, 'stripe', after.sellerLostCents - before.sellerLostCents),
    ...(feeCents === 0 ? [] : transfer('platform:fees', 'stripe', feeCents)),
  ]
}

/** The buyer gets more of the price back than is known, and the rest stands. */
export const partRefundedEntry = (payment: Payment, refundedCents: number): Entry => {
  const lines = partLines(payment, payment.refundedCents ?? 0, refundedCents)
  return entry({
    ...entryOf(payment, 'refunded_in_part', lines),
    id: `refunded_in_part:${payment.id}:${refundedCents}`,
  })
}

/** The buyer gets all of it back, so the platform keeps no share; what went back before is booked already. */
export const refundedEntry = (payment: Payment): Entry => {
  const all = reversed([...saleLines(payment), ...feeLines(payment)])
  const { refundedCents = 0 } = payment
  return entryOf(
    payment,
    'refunded',
    refundedCents === 0 ? all : [...all, ...reversed(partLines(payment, 0, refundedCents))],
  )
}

/** The entries that belong to a payment's move, in the same transaction. */
export const entriesOf = (before: Payment, after: Payment): Entry[] => {
  const isReleased = before.isHeld && !after.isHeld
  const released = isReleased ? [entryOf(after, 'released', reversed(heldLines(after)))] : []
  switch (after.status) {
    case 'authorised':
      return after.isHeld ? [entryOf(after, 'authorised', heldLines(after))] : []
    case 'captured':
      return [...released, ...capturedEntries(after)]
    case 'refunding': {
      const isBooked = before.status === 'captured' || before.status === 'completed'
      return isBooked ? released : [...released, ...capturedEntries(after)]
    }
    case 'refunded':
      // The bank has taken it already, and the entry of the lost dispute says so.
      return after.dispute?.status === 'lost' ? [] : [refundedEntry(after)]
    default:
      return released
  }
}

/** The entries of several moves that are written at once: a hold that is over with the same write never was one to anybody else. */
export const withoutPassingHold = (entries: readonly Entry[]): readonly Entry[] => {
  const hasOnlyPassed = ['authorised', 'released'].every((what) => entries.some((entry) => entry.what === what))
  return hasOnlyPassed ? entries.filter(({ what }) => what !== 'authorised' && what !== 'released') : entries
}

const payoutEntryOf = (payout: Payout, what: 'payout' | 'payout_reversed', lines: Line[]): Entry => {
  const { id, orderId, currency, transferAttempt } = payout
  return entry({ id: `${what}:${id}:${transferAttempt}`, what, paymentId: id, orderId, currency, lines })
}

const sentLines = ({ sellerId, sentCents = 0 }: Payout) => transfer(`seller:${sellerId}`, 'stripe', sentCents)

/** The entry that belongs to a payout's move, in the same transaction. */
export const payoutEntries = (before: Payout, after: Payout): Entry[] => {
  if (before.status === 'paying' && (after.status === 'paid' || after.status === 'reversing'))
    return [payoutEntryOf(after, 'payout', sentLines(after))]
  if (before.status === 'reversing' && after.status !== 'reversing')
    return [payoutEntryOf(before, 'payout_reversed', reversed(sentLines(before)))]
  return []
}

const lostLines = (payment: Payment, amountCents: number): Line[] => {
  if (payment.status === 'refunded') return transfer('platform:losses', 'disputes:open', amountCents)
  const { sellerLostCents, feeLostCents } = lossOf(payment, amountCents)
  return [
    ...transfer(`seller:${payment.sellerId}`, 'disputes:open', sellerLostCents),
    ...(feeLostCents === 0 ? [] : transfer('platform:fees', 'disputes:open', feeLostCents)),
  ]
}

/** What the ledger does not know yet of a dispute. */
export const disputeEntries = (
  dispute: Omit<Dispute, 'version'>,
  known: Dispute | undefined,
  payment: Payment,
): Entry[] => {
  const { id, amountCents, orderId, currency } = dispute
  const lines: Record<DisputeEntry, () => Line[]> = {
    dispute_opened: () => transfer('disputes:open', 'stripe', amountCents),
    dispute_won: () => transfer('stripe', 'disputes:open', amountCents),
    dispute_lost: () => lostLines(payment, amountCents),
  }
  return dispute.booked
    .filter((what) => !known?.booked.includes(what))
    .map((what) => entry({ id: `${what}:${id}`, what, paymentId: payment.id, orderId, currency, lines: lines[what]() }))
}
