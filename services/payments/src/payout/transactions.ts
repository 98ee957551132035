import { now } from '@fairpass/sdk/clock'
import type { Collection } from '@fairpass/sdk/mongo'
import type { ClientSession } from 'mongodb'
import type { Payment } from '../domain/payment.ts'
import {
  disputePayout,
  followClaim,
  openPayout,
  type Payout,
  reducePayout,
  refundPayout,
  undisputePayout,
} from '../domain/payout.ts'

type Change = (payout: Payout) => Payout

/** How payouts follow their payments, disputes and claims, each in the transaction that changes those. */
export const createPayoutTransactions = (documents: Collection<Payout>, delaySeconds: number) => {
  const changeIn = async (session: ClientSession, id: string, change: Change): Promise<void> => {
    const payout = await documents.find(id, { session })
    const changed = payout && change(payout)
    if (changed && changed !== payout) await documents.replace(payout, changed, undefined, { session })
  }

  /** Sales that leave their seller nothing have no payout. One that a dispute has opened before stays as it is. */
  const openIn = async (session: ClientSession, ...payments: readonly Payment[]): Promise<void> => {
    const drafts = payments
      .map((payment) => openPayout(payment, delaySeconds * 1_000, now()))
      .filter(({ amountCents }) => amountCents !== 0)
    if (drafts.length === 0) return
    const unlessKnown = drafts.map(({ id, ...draft }) => ({
      updateOne: { filter: { _id: id }, update: { $setOnInsert: { version: 1, ...draft } }, upsert: true },
    }))
    await documents.raw.bulkWrite(unlessKnown, { session, ordered: false })
  }

  /** What comes from outside may come before the payment is completed, which opens its payout. */
  const openAndChangeIn = async (session: ClientSession, payment: Payment, change: Change): Promise<void> => {
    await openIn(session, payment)
    await changeIn(session, payment.id, change)
  }

  return {
    /** Part of the transaction that captures payments. */
    openIn,

    /** Part of the transaction that decides a refund. */
    refundIn: (session: ClientSession, id: string) => changeIn(session, id, (payout) => refundPayout(payout, now())),

    /** Part of the transaction that notes a refund in part. */
    reduceIn: (session: ClientSession, id: string, refundedCents: number, lostCents: number) =>
      changeIn(session, id, (payout) => reducePayout(payout, refundedCents, lostCents, now())),

    /** Part of the transaction that notes a dispute. */
    disputeIn: (session: ClientSession, payment: Payment, disputeId: string) =>
      openAndChangeIn(session, payment, (payout) => disputePayout(payout, disputeId, now())),

    /** Part of the transaction that notes how a dispute was decided. */
    undisputeIn: (session: ClientSession, payment: Payment, disputeId: string, lostCents: number) =>
      openAndChangeIn(session, payment, (payout) => undisputePayout(payout, disputeId, lostCents, now())),

    /** Part of a transaction: a buyer's claim, open or decided. */
    claimIn: (session: ClientSession, payment: Payment, claim: { version: number; isOpen: boolean }) =>
      openAndChangeIn(session, payment, (payout) => followClaim(payout, claim, now())),
  }
}
