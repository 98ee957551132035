import { VersionConflictError } from '@fairpass/sdk/errors'
import type { FairpassEvent } from '@fairpass/sdk/events'
import {
  inTransaction,
  isDuplicateKey,
  newestFirst,
  openCollection,
  openWorkQueue,
  type PublishAll,
} from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import type { Coupons } from '../coupon/store.ts'
import { lossOf } from '../domain/dispute.ts'
import { type Entry, entriesOf, partRefundedEntry } from '../domain/ledger.ts'
import {
  eventsOf,
  move,
  OrderNotPayableError,
  openStatuses,
  type Payment,
  paymentBackoff,
  type Status,
  unfinishedStatuses,
  type Why,
} from '../domain/payment.ts'
import type { Ledger } from '../ledger/store.ts'
import { countEnd } from '../metrics.ts'
import type { Payouts } from '../payout/store.ts'

type Deps = {
  publishAll: PublishAll
  ledger: Ledger
  coupons: Coupons
  payouts: Pick<Payouts, 'openIn' | 'refundIn' | 'reduceIn'>
}
type Unsaved = Omit<Payment, 'version'>

/** How often a new payment asks for the next attempt number when others of the same order come at the same moment. */
const maxNumberings = 20

const givesCouponBack = ({ kind, status }: Payment) =>
  kind === 'coupon' && (status === 'cancelled' || status === 'refunded')

export const openPayments = (db: Db, { publishAll, ledger, coupons, payouts }: Deps) => {
  const documents = openCollection<Payment>(db, 'payments', {
    publishAll,
    indexes: [
      // The last word on eight payments of one order at once: one of them may end in money.
      {
        key: { orderId: 1 },
        name: 'open',
        unique: true,
        partialFilterExpression: { status: { $in: openStatuses } },
      },
      {
        key: { orderId: 1 },
        name: 'waiting',
        unique: true,
        partialFilterExpression: { status: 'awaiting_method' },
      },
      { key: { orderId: 1, attempt: 1 }, name: 'attempt', unique: true },
      { key: { status: 1, _id: -1 }, name: 'status' },
      { key: { intentId: 1 }, name: 'intent', sparse: true },
      { key: { ticketId: 1 }, name: 'ticket', sparse: true },
    ],
  })
  const queue = openWorkQueue(documents.raw, {
    unfinished: { status: { $in: [...unfinishedStatuses] } },
    backoff: paymentBackoff,
  })

  const nextAttempt = async (orderId: string): Promise<number> => {
    const [last] = await documents.list({ orderId }, { sort: { attempt: -1 }, limit: 1 })
    return (last?.attempt ?? 0) + 1
  }

  /** @throws OrderNotPayableError when a payment of the order may end in money, or has */
  const refuseIfOpen = async (orderId: string): Promise<void> => {
    const open = await documents.findOne({ orderId, status: { $in: [...openStatuses] } })
    if (open?.status === 'completed') throw new OrderNotPayableError('This order has been paid')
    if (open) throw new OrderNotPayableError('This order is being paid already; look at it in a moment')
  }

  /** Numbers the attempt: the first of its order, or the next number when that one is taken. */
  const insertNumbered = async (
    orderId: string,
    insert: (attempt: number) => Promise<Payment>,
    inTheWay: () => Promise<Payment | undefined>,
  ): Promise<Payment> => {
    let attempt = 1
    for (let numbering = 1; numbering <= maxNumberings; numbering++) {
      try {
        return await insert(attempt)
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
        const other = await inTheWay()
        if (other) return other
        attempt = await nextAttempt(orderId)
      }
    }
    throw new VersionConflictError()
  }

  /**
   * Takes a payment from where it was read along `path`, written at once and in one transaction with its ledger entries, the
   * coupon that it gives back and the payout of its sale.
   * @throws VersionConflictError when somebody else moved it, OrderNotPayableError when another payment of the order is ahead
   */
  const moveThrough = async (before: Payment, path: readonly Status[], why?: Why): Promise<Payment> => {
    const now = new Date()
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
      if (givesCouponBack(after) && after.couponId) await coupons.giveBackIn(session, after.couponId)
      if (status === 'captured') await payouts.openIn(session, saved)
      if (status === 'refunding') await payouts.refundIn(session, saved.id)
      return saved
    }
    const isAlone = entries.length === 0 && !givesCouponBack(after) && status !== 'captured' && status !== 'refunding'
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

  return {
    find: documents.find,
    relay: documents.relay,
    ensureIndexes: () => Promise.all([documents.ensureIndexes(), documents.raw.createIndexes([queue.index])]),
    moveThrough,
    moveTo: (before: Payment, to: Status, why?: Why) => moveThrough(before, [to], why),
    refuseIfOpen,
    findIn: (session: ClientSession, id: string) => documents.find(id, { session }),

    /** Part of the transaction that notes a dispute. */
    noteDisputeIn: (session: ClientSession, payment: Payment, dispute: NonNullable<Payment['dispute']>) =>
      documents.replace(payment, { ...payment, dispute, updatedAt: new Date() }, undefined, { session }),

    /**
     * Notes that more of a completed payment was given back than is known, in one transaction with the ledger and the payout.
     * @throws VersionConflictError when somebody else wrote in between
     */
    noteRefundInPart: (payment: Payment, refundedCents: number): Promise<Payment> =>
      inTransaction(db, async (session) => {
        const noted = { ...payment, refundedCents, updatedAt: new Date() }
        const saved = await documents.replace(payment, noted, undefined, { session })
        await ledger.write([partRefundedEntry(payment, refundedCents)], session)
        const [before, after] = [lossOf(payment, payment.refundedCents ?? 0), lossOf(payment, refundedCents)]
        await payouts.reduceIn(session, payment.id, refundedCents, after.sellerLostCents - before.sellerLostCents)
        return saved
      }),

    /** The order's payment that waits for a card from Stripe's own form. */
    waitingOf: (orderId: string) => documents.findOne({ orderId, status: 'awaiting_method' }),

    /** A buyer's payments of an order, newest first. */
    ofOrder: (orderId: string, buyerId: string) =>
      documents.list({ orderId, buyerId }, { sort: { attempt: -1 }, limit: maxNumberings }),

    /** Payments of a ticket whose money is here, or on its way back. */
    paidOf: (ticketId: string, limit: number) =>
      documents.list({ ticketId, status: { $in: ['captured', 'completed', 'refunding'] } }, { limit }),

    page: async (filter: { orderId?: string; status?: Status }, limit: number, cursor?: string) => {
      const { rows, nextCursor } = await documents.page(filter, { order: newestFirst, limit, cursor })
      return { payments: rows, nextCursor }
    },

    byIntent: (intentId: string) => documents.findOne({ intentId }),

    /**
     * Keeps a new payment by card. The same id again, or another that waits for the same order, gives that one.
     * @throws OrderNotPayableError when another payment of the order may end in money
     */
    open: (draft: (attempt: number) => Unsaved): Promise<Payment> => {
      const { id, orderId, status } = draft(1)
      const inTheWay = async () => {
        const same = await documents.find(id)
        if (same) return same
        if (status === 'awaiting_method') return documents.findOne({ orderId, status })
        await refuseIfOpen(orderId)
        return undefined
      }
      return insertNumbered(orderId, (attempt) => documents.insert(draft(attempt)), inTheWay)
    },

    /**
     * Redeems a coupon and keeps the payment that it makes, both or neither.
     * @throws CouponNotRedeemableError, OrderNotPayableError
     */
    openWithCoupon: (
      { id, orderId, code }: { id: string; orderId: string; code: string },
      draft: (attempt: number, couponId: string) => Unsaved,
    ): Promise<Payment> => {
      const insert = (attempt: number) =>
        inTransaction(db, async (session) => {
          const coupon = await coupons.redeemIn(session, code)
          return documents.insert(draft(attempt, coupon.id), undefined, { session })
        })
      const inTheWay = async () => {
        const same = await documents.find(id)
        if (!same) await refuseIfOpen(orderId)
        return same
      }
      return insertNumbered(orderId, insert, inTheWay)
    },

    /** Keeps what is learnt of a payment without moving it. */
    note: (payment: Payment, learnt: Pick<Partial<Payment>, 'intentId' | 'keyGeneration'>): Promise<Payment> =>
      documents.replace(payment, { ...payment, ...learnt, updatedAt: new Date() }),

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
        .project<Pick<Payment, 'status' | 'updatedAt'>>({ _id: 0, status: 1, updatedAt: 1 })
        .limit(1_000)
        .maxTimeMS(1_000)
        .toArray(),

    /** Takes a payment up for one attempt; undefined when somebody else has it. */
    claim: async ({ id, ...payment }: Payment): Promise<Payment | undefined> => {
      const claimed = await queue.claim({ _id: id, ...payment })
      return claimed && documents.toEntity(claimed)
    },
  }
}

export type Payments = ReturnType<typeof openPayments>
