import { isUnfinishedPayout, type Payout } from '../domain/payout.ts'

type SaleStatus = 'pending' | 'available' | 'paid_out' | 'taken_back' | 'cancelled'

/** What a sale's payout means to its seller. */
const saleStatusOf = ({ status, payableAt, disputes }: Payout, now: Date): SaleStatus => {
  switch (status) {
    case 'paid':
      return 'paid_out'
    case 'reversing':
      return 'taken_back'
    case 'dropped':
      return 'cancelled'
    default:
      return payableAt > now || disputes.length > 0 ? 'pending' : 'available'
  }
}

const waitsForOf = (payout: Payout) => {
  if (!isUnfinishedPayout(payout) || payout.status === 'reversing') return null
  return payout.disputes.length > 0 ? 'dispute' : (payout.waitsFor ?? null)
}

/** A sale as its seller reads it. */
export const toSale = (payout: Payout, now: Date) => ({
  paymentId: payout.id,
  orderId: payout.orderId,
  ticketId: payout.ticketId ?? null,
  totalCents: payout.totalCents,
  feeCents: payout.feeCents,
  refundedCents: payout.refundedCents ?? 0,
  amountCents: payout.amountCents,
  currency: payout.currency,
  status: saleStatusOf(payout, now),
  waitsFor: waitsForOf(payout),
  payableAt: payout.payableAt.toISOString(),
  paidAt: payout.status === 'paid' ? (payout.paidAt?.toISOString() ?? null) : null,
})

/** A payout as admins read it. */
export const toRecord = (payout: Payout) => ({
  id: payout.id,
  orderId: payout.orderId,
  sellerId: payout.sellerId,
  amountCents: payout.amountCents,
  refundedCents: payout.refundedCents ?? 0,
  currency: payout.currency,
  status: payout.status,
  waitsFor: waitsForOf(payout),
  payableAt: payout.payableAt.toISOString(),
  transferId: payout.transferId ?? null,
  failure: payout.failure ?? null,
  attempts: payout.lease.attempts,
  nextAttemptAt: isUnfinishedPayout(payout) ? payout.lease.nextAttemptAt.toISOString() : null,
  updatedAt: payout.updatedAt.toISOString(),
})
