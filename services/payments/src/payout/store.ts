import { now as timeNow } from '@fairpass/sdk/clock'
import { event } from '@fairpass/sdk/events'
import { leaseFrom } from '@fairpass/sdk/lease'
import {
  type Collection,
  inTransaction,
  newestFirst,
  openCollection,
  openWorkQueue,
  type PublishAll,
  readWithinMs,
} from '@fairpass/sdk/mongo'
import type { ClientSession, Db, IndexDescription } from 'mongodb'
import { payoutEntries } from '../domain/ledger.ts'
import { type Payout, type PayoutStatus, payoutBackoff, unfinishedPayouts } from '../domain/payout.ts'
import type { Ledger } from '../ledger/store.ts'
import { createPayoutTransactions } from './transactions.ts'

type Deps = {
  publishAll: PublishAll
  ledger: Ledger
  /** how long after the event has begun a sale is paid out, in seconds */
  delaySeconds: number
}
type PayoutFilter = { status?: PayoutStatus; sellerId?: string }

const paidEvents = ({ id, version, sellerId, orderId, amountCents, currency, transferAttempt }: Payout) => [
  event('payout.paid', { id, version, sellerId, orderId, amountCents, currency, transferAttempt }),
]

/** What a seller is not paid yet, of which that of shows to come may be very much. */
const unpaid = ['waiting', 'paying'] as const satisfies PayoutStatus[]
const payableIndex = 'payable'

const indexes: IndexDescription[] = [
  {
    key: { sellerId: 1, payableAt: 1 },
    name: payableIndex,
    partialFilterExpression: { status: { $in: [...unpaid] } },
  },
  { key: { sellerId: 1, _id: -1 }, name: 'seller' },
  { key: { status: 1, _id: -1 }, name: 'status' },
  { key: { sellerId: 1, status: 1, _id: -1 }, name: 'seller and status' },
]

/** The queue of payouts that have to be brought in line with what is owed. */
const createQueue = (documents: Collection<Payout>) => {
  const queue = openWorkQueue(documents.raw, {
    // A payout's is when its event is over.
    startsLater: true,
    unfinished: { status: { $in: [...unfinishedPayouts] } },
    backoff: payoutBackoff,
  })
  return {
    index: queue.index,

    /** What has to be brought in line, the longest due first. */
    due: async (now: Date, limit: number): Promise<Payout[]> => (await queue.due(now, limit)).map(documents.toEntity),

    /** Leases a payout for one attempt; undefined when another replica has it. */
    claim: async ({ id, ...payout }: Payout): Promise<Payout | undefined> => {
      const claimed = await queue.claim({ _id: id, ...payout })
      return claimed && documents.toEntity(claimed)
    },

    /** What blocked a seller's payouts may be gone: they are checked now. */
    wake: async (which: { sellerId: string } | { _id: string }): Promise<void> => {
      const now = timeNow()
      const filter = { ...which, status: { $in: [...unfinishedPayouts] }, payableAt: { $lte: now } }
      await documents.raw.updateMany(filter, { $set: { lease: leaseFrom(now) }, $inc: { version: 1 } })
    },
  }
}

/** What could be sent to a seller now, by currency. */
const availableOf = async (
  { raw }: Collection<Payout>,
  sellerId: string,
  now: Date,
  session?: ClientSession,
): Promise<Record<string, number>> => {
  const found = await raw
    .aggregate<{ _id: string; sum: number }>(
      [
        {
          $match: {
            sellerId,
            status: { $in: [...unpaid] },
            payableAt: { $lte: now },
            disputes: { $size: 0 },
          },
        },
        { $group: { _id: '$currency', sum: { $sum: '$amountCents' } } },
      ],
      { hint: payableIndex, maxTimeMS: readWithinMs, ...(session ? { session } : {}) },
    )
    .toArray()
  return Object.fromEntries(found.map(({ _id, sum }) => [_id, sum]))
}

export const openPayouts = (db: Db, { publishAll, ledger, delaySeconds }: Deps) => {
  const documents = openCollection<Payout>(db, 'payouts', { publishAll, indexes })
  const { index, ...queue } = createQueue(documents)

  return {
    ...queue,
    ...createPayoutTransactions(documents, delaySeconds),
    find: documents.find,
    ensureIndexes: () => Promise.all([documents.ensureIndexes(), documents.raw.createIndexes([index])]),
    relay: documents.relay,

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
      // What fails here is found by the relay's periodic search.
      if (isNewlyPaid) void documents.relay.flush(saved.id).catch(() => {})
      return saved
    },

    availableOf: (sellerId: string, now: Date, session?: ClientSession) =>
      availableOf(documents, sellerId, now, session),

    /** Newest sale first. */
    page: async (asked: PayoutFilter, limit: number, cursor?: string) => {
      const { rows, nextCursor } = await documents.page(asked, { order: newestFirst, limit, cursor })
      return { payouts: rows, nextCursor }
    },
  }
}

export type Payouts = ReturnType<typeof openPayouts>
