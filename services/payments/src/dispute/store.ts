import { now as timeNow } from '@fairpass/sdk/clock'
import { event, type FairpassEvent } from '@fairpass/sdk/events'
import {
  type Collection,
  inTransaction,
  type Order,
  openCollection,
  openWorkQueue,
  type PublishAll,
} from '@fairpass/sdk/mongo'
import { forEachOf } from '@fairpass/sdk/run-periodically'
import type { Db, IndexDescription } from 'mongodb'
import { type Dispute, disputeBackoff, followDispute, lossOf, type ReportedDispute } from '../domain/dispute.ts'
import { type DisputeStatus, isDecided } from '../domain/dispute-status.ts'
import { disputeEntries } from '../domain/ledger.ts'
import type { Ledger } from '../ledger/store.ts'
import type { Payments } from '../payment/store.ts'
import type { Payouts } from '../payout/store.ts'
import type { ConnectPort } from '../stripe/connect.ts'

type Deps = {
  publishAll: PublishAll
  connect: Pick<ConnectPort, 'dispute' | 'disputesSince'>
  payments: Pick<Payments, 'find' | 'byIntent' | 'findIn' | 'noteDisputeIn'>
  payouts: Pick<Payouts, 'disputeIn' | 'undisputeIn'>
  ledger: Ledger
}

const latestFirst = { direction: -1, fields: { openedAt: 'date', _id: 'string' } } as const satisfies Order
const undecided = ['inquiry', 'open'] as const satisfies DisputeStatus[]
/** How far before the newest known dispute to search for disputes of which no webhook arrived. */
const overlapMs = 24 * 3_600_000
const firstLookMs = 30 * 24 * 3_600_000
const batch = 20

/** The events for the seller: that there is a dispute, and how it was decided. */
const eventsAfter =
  (before: Dispute | undefined) =>
  (saved: Dispute): FairpassEvent[] => {
    const { id, version, sellerId, orderId, amountCents, currency, status } = saved
    const data = { id, version, sellerId, orderId, amountCents, currency, status }
    if (isDecided(status)) return [event('dispute.decided', data)]
    return status === 'open' && before?.status !== 'open' ? [event('dispute.opened', data)] : []
  }

const indexes: IndexDescription[] = [
  { key: { status: 1, openedAt: -1, _id: -1 }, name: 'latest' },
  { key: { openedAt: -1, _id: -1 }, name: 'newest' },
]

/**
 * Records a dispute as Stripe reports it, in one transaction with the ledger, the payment and its payout; once, in any order.
 */
const createFollow =
  (db: Db, documents: Collection<Dispute>, { payments, payouts, ledger }: Deps) =>
  async (reported: ReportedDispute): Promise<void> => {
    const { intentId, paymentId } = reported
    // A bank may be quicker than the write that names the intent: its metadata name the payment.
    const known =
      (intentId ? await payments.byIntent(intentId) : undefined) ??
      (paymentId ? await payments.find(paymentId) : undefined)
    // A charge that is not ours, such as another system's on the same Stripe account, is ignored.
    if (!known) return
    await inTransaction(db, async (session) => {
      const [before, payment] = [
        await documents.find(reported.id, { session }),
        await payments.findIn(session, known.id),
      ]
      const after = payment && followDispute(before, reported, payment, timeNow())
      if (!after) return
      if (before)
        await documents.replace(before, { ...after, version: before.version }, eventsAfter(before), { session })
      else await documents.insert(after, eventsAfter(before), { session })
      const { id, status, amountCents } = after
      await ledger.write(disputeEntries(after, before, payment), session)
      await payments.noteDisputeIn(session, payment, { id, status })
      if (!isDecided(status)) return payouts.disputeIn(session, payment, id)
      const lostCents = status === 'lost' ? lossOf(payment, amountCents).sellerLostCents : 0
      await payouts.undisputeIn(session, payment, id, lostCents)
    })
    // What fails here is found by the relay's periodic search.
    void documents.relay.flush(reported.id).catch(() => {})
  }

export const openDisputes = (db: Db, deps: Deps) => {
  const { publishAll, connect } = deps
  const documents = openCollection<Dispute>(db, 'disputes', { publishAll, indexes })
  const queue = openWorkQueue(documents.raw, {
    unfinished: { status: { $in: [...undecided] } },
    backoff: disputeBackoff,
  })

  const follow = createFollow(db, documents, deps)

  const ask = async (id: string): Promise<void> => {
    const reported = await connect.dispute(id)
    // A connected account's own, which the platform cannot see.
    if (reported) await follow(reported)
  }

  return {
    find: documents.find,
    ensureIndexes: () => Promise.all([documents.ensureIndexes(), documents.raw.createIndexes([queue.index])]),
    relay: documents.relay,

    /** Handles a webhook: the dispute is read from Stripe, since the event may be outdated. */
    onDisputeUpdated: ask,

    /** Finds what no webhook reported: unknown disputes, and how known ones were decided. */
    reconcile: async (): Promise<void> => {
      const now = timeNow()
      const [newest] = await documents.list({}, { sort: { openedAt: -1 }, limit: 1 })
      const since = newest ? newest.openedAt.getTime() - overlapMs : now.getTime() - firstLookMs
      const reported = await connect.disputesSince(new Date(since))
      await forEachOf('dispute', reported, async (one) => {
        if (!(await documents.find(one.id))) await follow(one)
      })
      await forEachOf('dispute', await queue.due(now, batch), async (dispute) => {
        if (await queue.claim(dispute)) await ask(dispute._id)
      })
    },

    /** The latest first. */
    page: async (status: DisputeStatus | undefined, limit: number, cursor?: string) => {
      const filter = status === undefined ? {} : { status }
      const { rows, nextCursor } = await documents.page(filter, { order: latestFirst, limit, cursor })
      return { disputes: rows, nextCursor }
    },
  }
}

export type Disputes = ReturnType<typeof openDisputes>
