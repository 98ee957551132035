import { now as timeNow } from '@fairpass/sdk/clock'
import type { FairpassEvent } from '@fairpass/sdk/events'
import { inTransaction, isDuplicateKey } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import type { Coupons } from '../coupon/store.ts'
import { lossOf } from '../domain/dispute.ts'
import { type Entry, entriesOf, partRefundedEntry } from '../domain/ledger.ts'
import { eventsOf, move, OrderNotPayableError, type Payment, type Status, type Why } from '../domain/payment.ts'
import type { Ledger } from '../ledger/store.ts'
import { countEnd } from '../metrics.ts'
import type { Payouts } from '../payout/store.ts'
import type { Documents } from './documents.ts'

export type MoveDeps = {
  db: Db
  documents: Documents
  ledger: Ledger
  coupons: Pick<Coupons, 'releaseIn'>
  payouts: Pick<Payouts, 'openIn' | 'refundIn' | 'reduceIn'>
}

const releasesCoupon = ({ kind, status }: Payment) =>
  kind === 'coupon' && (status === 'cancelled' || status === 'refunded')

/** How a payment moves: together with the ledger, its coupon and the payout of its sale. */
export const createMoves = ({ db, documents, ledger, coupons, payouts }: MoveDeps) => {
  /**
   * Takes a payment from where it was read along `path`, written at once and in one transaction with its ledger entries, the
   * coupon that it gives back and the payout of its sale.
   * @throws VersionConflictError when somebody else moved it, OrderNotPayableError when another payment of the order is ahead
   */
  const moveThrough = async (before: Payment, path: readonly Status[], why?: Why): Promise<Payment> => {
    const now = timeNow()
    const entries: Entry[] = []
    let after = before
    for (const to of path) {
      const next = move(after, to, now, why)
      entries.push(...entriesOf(after, next))
      after = next
    }
    const moved = await write(before, after, entries)
    countEnd(moved)
    return moved
  }

  const write = async (before: Payment, after: Payment, entries: Entry[]): Promise<Payment> => {
    const { status } = after
    let events: FairpassEvent[] = []
    const outboxOf = (saved: Payment) => {
      events = eventsOf(saved)
      return events
    }
    const writeIn = async (session: ClientSession) => {
      const saved = await documents.replace(before, after, outboxOf, { session })
      await ledger.write(entries, session)
      if (releasesCoupon(after) && after.couponId) await coupons.releaseIn(session, after.couponId)
      if (status === 'captured') await payouts.openIn(session, saved)
      if (status === 'refunding') await payouts.refundIn(session, saved.id)
      return saved
    }
    const isAlone = entries.length === 0 && !releasesCoupon(after) && status !== 'captured' && status !== 'refunding'
    try {
      if (isAlone) return await documents.replace(before, after, eventsOf)
      const saved = await inTransaction(db, writeIn)
      // What fails here is found by the relay's periodic look.
      if (events.length > 0) void documents.relay.enqueue(saved.id, events)
      return saved
    } catch (error) {
      if (isDuplicateKey(error) && error.keyPattern?.orderId) throw new OrderNotPayableError()
      throw error
    }
  }

  return { moveThrough, moveTo: (before: Payment, to: Status, why?: Why) => moveThrough(before, [to], why) }
}

/** What is noted of a payment that stays where it is. */
export const createNotes = ({ db, documents, ledger, payouts }: Omit<MoveDeps, 'coupons'>) => ({
  /** Part of the transaction that notes a dispute. */
  noteDisputeIn: (session: ClientSession, payment: Payment, dispute: NonNullable<Payment['dispute']>) =>
    documents.replace(payment, { ...payment, dispute, updatedAt: timeNow() }, undefined, { session }),

  /**
   * Notes that more of a completed payment was given back than is known, in one transaction with the ledger and the payout.
   * @throws VersionConflictError when somebody else wrote in between
   */
  noteRefundInPart: (payment: Payment, refundedCents: number): Promise<Payment> =>
    inTransaction(db, async (session) => {
      const noted = { ...payment, refundedCents, updatedAt: timeNow() }
      const saved = await documents.replace(payment, noted, undefined, { session })
      await ledger.write([partRefundedEntry(payment, refundedCents)], session)
      const [before, after] = [lossOf(payment, payment.refundedCents ?? 0), lossOf(payment, refundedCents)]
      await payouts.reduceIn(session, payment.id, refundedCents, after.sellerLostCents - before.sellerLostCents)
      return saved
    }),

  /** Keeps what is learnt of a payment without moving it. */
  note: (payment: Payment, learnt: Pick<Partial<Payment>, 'intentId' | 'keyGeneration'>): Promise<Payment> =>
    documents.replace(payment, { ...payment, ...learnt, updatedAt: timeNow() }),
})
