import { newestFirst, type PublishAll } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import type { Coupons } from '../coupon/store.ts'
import { givenUpStatuses, type Payment, type Status, unfinishedStatuses } from '../domain/payment.ts'
import { type Documents, openDocuments, type Queue } from './documents.ts'
import { createMoves, createNotes, type MoveDeps } from './moves.ts'
import { createOpening, maxNumberings } from './opening.ts'

type Deps = Pick<MoveDeps, 'ledger' | 'payouts'> & { publishAll: PublishAll; coupons: Coupons }

/** Payments by what they belong to. */
const createReads = (documents: Documents) => ({
  find: documents.find,
  findIn: (session: ClientSession, id: string) => documents.find(id, { session }),

  /** The payments of these orders that wait for a card from Stripe's own form: of each order one at most. */
  waitingOf: (orderIds: readonly string[]) =>
    documents.list({ orderId: { $in: [...orderIds] }, status: 'awaiting_method' }, { limit: orderIds.length }),

  /** A buyer's payments of an order, newest first. */
  ofOrder: (orderId: string, buyerId: string) =>
    documents.list({ orderId, buyerId }, { sort: { attempt: -1 }, limit: maxNumberings }),

  /** Payments of a ticket whose money is here, or on its way back. */
  paidOf: (ticketId: string, limit: number) =>
    documents.list({ ticketId, status: { $in: ['captured', 'completed', 'refunding'] } }, { limit }),

  /** Of these captures' payments those that ended without money, or have another intent than the captured one, or none yet. */
  atOddsWith: (captures: readonly { paymentId: string; intentId: string }[]) => {
    const byPayment = Map.groupBy(captures, ({ paymentId }) => paymentId)
    const takenTwice = [...byPayment].flatMap(([id, { length }]) => (length > 1 ? [id] : []))
    const isAtOdds = [
      { status: { $in: [...givenUpStatuses] } },
      { intentId: { $nin: captures.map(({ intentId }) => intentId) } },
      { _id: { $in: takenTwice } },
    ]
    return documents.list({ _id: { $in: [...byPayment.keys()] }, $or: isAtOdds }, { limit: byPayment.size })
  },

  page: async (filter: { orderId?: string; status?: Status }, limit: number, cursor?: string) => {
    const { rows, nextCursor } = await documents.page(filter, { order: newestFirst, limit, cursor })
    return { payments: rows, nextCursor }
  },

  byIntent: (intentId: string) => documents.findOne({ intentId }),
})

/** Payments that stand between two steps. */
const createUnfinished = (documents: Documents, queue: Queue) => ({
  /**
   * What stands between two steps for longer than it should, the longest first: where money may be, before the forms
   * that wait for a card, of which there may be hundreds.
   */
  due: async (now: Date, limit: number): Promise<Payment[]> => {
    const look = async (statuses: Status[], most: number) =>
      (await queue.due(now, most, { status: { $in: statuses } })).map(documents.toEntity)
    const withMoney = await look(
      unfinishedStatuses.filter((status) => status !== 'awaiting_method'),
      limit,
    )
    if (withMoney.length >= limit) return withMoney
    return [...withMoney, ...(await look(['awaiting_method'], limit - withMoney.length))]
  },

  /** Everything between two steps, at most a thousand, read within a second. */
  unfinished: () =>
    documents.raw
      .find({ status: { $in: [...unfinishedStatuses] }, 'lease.nextAttemptAt': { $gt: new Date(0) } })
      .project<Pick<Payment, 'status' | 'updatedAt' | 'dispute'>>({ _id: 0, status: 1, updatedAt: 1, dispute: 1 })
      .limit(1_000)
      .maxTimeMS(1_000)
      .toArray(),

  /** Takes a payment up for one attempt; undefined when somebody else has it. */
  claim: async ({ id, ...payment }: Payment): Promise<Payment | undefined> => {
    const claimed = await queue.claim({ _id: id, ...payment })
    return claimed && documents.toEntity(claimed)
  },
})

export const openPayments = (db: Db, { publishAll, ledger, coupons, payouts }: Deps) => {
  const { documents, queue } = openDocuments(db, publishAll)
  const deps = { db, documents, ledger, coupons, payouts }
  return {
    relay: documents.relay,
    ensureIndexes: () => Promise.all([documents.ensureIndexes(), documents.raw.createIndexes([queue.index])]),
    ...createReads(documents),
    ...createUnfinished(documents, queue),
    ...createOpening(deps),
    ...createMoves(deps),
    ...createNotes(deps),
  }
}

export type Payments = ReturnType<typeof openPayments>
