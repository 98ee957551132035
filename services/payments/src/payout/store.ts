import { event } from '@fairpass/sdk/events'
import { leaseFrom } from '@fairpass/sdk/lease'
import { inTransaction, newestFirst, openCollection, openWorkQueue, type PublishAll } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import { payoutEntries } from '../domain/ledger.ts'
import type { Payment } from '../domain/payment.ts'
import {
  disputePayout,
  followClaim,
  openPayout,
  type Payout,
  type PayoutStatus,
  payoutBackoff,
  reducePayout,
  refundPayout,
  undisputePayout,
  unfinishedPayouts,
} from '../domain/payout.ts'
import type { Ledger } from '../ledger/store.ts'

type Deps = {
  publishAll: PublishAll
  ledger: Ledger
  /** how long after the event has begun a sale is paid out, in seconds */
  delaySeconds: number
}
type Asked = { status?: PayoutStatus; sellerId?: string }

const paidEvents = ({ id, version, sellerId, orderId, amountCents, currency, transferAttempt }: Payout) => [
  event('payout.paid', { id, version, sellerId, orderId, amountCents, currency, transferAttempt }),
]

export const openPayouts = (db: Db, { publishAll, ledger, delaySeconds }: Deps) => {
  const documents = openCollection<Payout>(db, 'payouts', {
    publishAll,
    indexes: [
      { key: { sellerId: 1, _id: -1 }, name: 'seller' },
      { key: { status: 1, _id: -1 }, name: 'status' },
      { key: { sellerId: 1, status: 1, _id: -1 }, name: 'seller and status' },
    ],
  })
  const queue = openWorkQueue(documents.raw, {
    unfinished: { status: { $in: [...unfinishedPayouts] } },
    backoff: payoutBackoff,
  })

  /** A sale that leaves its seller nothing has no payout. One that a dispute has opened before stays as it is. */
  const openIn = async (session: ClientSession, payment: Payment): Promise<void> => {
    const { id, ...draft } = openPayout(payment, delaySeconds * 1_000, new Date())
    if (draft.amountCents === 0) return
    const unlessKnown = { $setOnInsert: { version: 1, ...draft } }
    await documents.raw.updateOne({ _id: id }, unlessKnown, { session, upsert: true })
  }

  const openedIn = async (session: ClientSession, payment: Payment): Promise<Payout | undefined> => {
    await openIn(session, payment)
    return documents.find(payment.id, { session })
  }

  const changeIn = async (session: ClientSession, id: string, change: (payout: Payout) => Payout): Promise<void> => {
    const payout = await documents.find(id, { session })
    if (payout) await documents.replace(payout, change(payout), undefined, { session })
  }

  return {
    find: documents.find,
    ensureIndexes: () => Promise.all([documents.ensureIndexes(), documents.raw.createIndexes([queue.index])]),
    relay: documents.relay,

    /** Part of the transaction that captures a payment. */
    openIn,

    /** Part of the transaction that decides a refund. */
    refundIn: (session: ClientSession, id: string) =>
      changeIn(session, id, (payout) => refundPayout(payout, new Date())),

    /** Part of the transaction that notes a refund in part. */
    reduceIn: (session: ClientSession, id: string, refundedCents: number, lostCents: number) =>
      changeIn(session, id, (payout) => reducePayout(payout, refundedCents, lostCents, new Date())),

    /** Part of the transaction that notes a dispute; it may come before the payment is completed. */
    disputeIn: async (session: ClientSession, payment: Payment, disputeId: string): Promise<void> => {
      const payout = await openedIn(session, payment)
      if (payout) await documents.replace(payout, disputePayout(payout, disputeId, new Date()), undefined, { session })
    },

    /** Part of a transaction: a buyer's claim, open or decided. */
    claimIn: async (
      session: ClientSession,
      payment: Payment,
      claim: { version: number; isOpen: boolean },
    ): Promise<void> => {
      const payout = await openedIn(session, payment)
      const followed = payout && followClaim(payout, claim, new Date())
      if (followed && followed !== payout) await documents.replace(payout, followed, undefined, { session })
    },

    /** Part of the transaction that notes how a dispute was decided. */
    undisputeIn: async (
      session: ClientSession,
      payment: Payment,
      disputeId: string,
      lostCents: number,
    ): Promise<void> => {
      const payout = await openedIn(session, payment)
      if (!payout) return
      const decided = undisputePayout(payout, disputeId, lostCents, new Date())
      await documents.replace(payout, decided, undefined, { session })
    },

    /**
     * Writes a payout over what was read, in one transaction with its ledger entry.
     * @throws VersionConflictError when somebody else wrote in between
     */
    write: async (before: Payout, after: Payout): Promise<Payout> => {
      const entries = payoutEntries(before, after)
      if (entries.length === 0) return documents.replace(before, after)
      const isNewlyPaid = after.status === 'paid' && before.status !== 'paid'
      const saved = await inTransaction(db, async (session) => {
        const written = await documents.replace(before, after, isNewlyPaid ? paidEvents : undefined, { session })
        await ledger.write(entries, session)
        return written
      })
      // What fails here is found by the relay's periodic look.
      if (isNewlyPaid) void documents.relay.flush(saved.id).catch(() => {})
      return saved
    },

    /** What has to be brought in line, the longest due first. */
    due: async (now: Date, limit: number): Promise<Payout[]> => (await queue.due(now, limit)).map(documents.toEntity),

    /** Takes a payout up for one attempt; undefined when somebody else has it. */
    claim: async ({ id, ...payout }: Payout): Promise<Payout | undefined> => {
      const claimed = await queue.claim({ _id: id, ...payout })
      return claimed && documents.toEntity(claimed)
    },

    /** What stood in the way of a seller's payouts may be gone: they are looked at now. */
    wake: async (which: { sellerId: string } | { _id: string }): Promise<void> => {
      const now = new Date()
      const filter = { ...which, status: { $in: [...unfinishedPayouts] }, payableAt: { $lte: now } }
      await documents.raw.updateMany(filter, { $set: { lease: leaseFrom(now) }, $inc: { version: 1 } })
    },

    /** What could be sent to a seller now, by currency. */
    availableOf: async (sellerId: string, now: Date, session?: ClientSession): Promise<Record<string, number>> => {
      const found = await documents.raw
        .aggregate<{ _id: string; sum: number }>(
          [
            {
              $match: {
                sellerId,
                status: { $in: ['waiting', 'paying'] },
                payableAt: { $lte: now },
                disputes: { $size: 0 },
              },
            },
            { $group: { _id: '$currency', sum: { $sum: '$amountCents' } } },
          ],
          session ? { session } : {},
        )
        .toArray()
      return Object.fromEntries(found.map(({ _id, sum }) => [_id, sum]))
    },

    /** Newest sale first. */
    page: async (asked: Asked, limit: number, cursor?: string) => {
      const { rows, nextCursor } = await documents.page(asked, { order: newestFirst, limit, cursor })
      return { payouts: rows, nextCursor }
    },
  }
}

export type Payouts = ReturnType<typeof openPayouts>
