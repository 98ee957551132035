import type { controlOf, State } from '@fairpass/stripe-double/testing.ts'
import type { Db } from 'mongodb'
import type { FileAnswer } from './handing-over.ts'

export type KeptPayment = {
  id: string
  orderId: string
  status: string
  kind: 'card' | 'coupon'
  amountCents: number
  currency: string
  intentId?: string
  couponId?: string
  sellerId: string
  totalCents: number
  feeCents?: number
  dispute?: { id: string; status: string }
}
export type KeptPayout = {
  id: string
  status: string
  waitsFor?: string
  sellerId: string
  payableAt?: Date
  disputes?: string[]
  failure?: unknown
  lease?: { attempts: number; nextAttemptAt: Date }
}
type KeptOrder = {
  id: string
  status: string
  paymentId?: string
  totalCents: number
  currency: string
  handover?: { kind: string; status: string; deadline?: Date }
  claim?: { status: string }
}
type KeptEntry = { id: string; paymentId?: string; currency: string; lines: { account: string; amount: number }[] }
type KeptCoupon = { id: string; redemptions: number }

/** What the marketplace and the double hold, once nothing moves any more. */
export type Evidence = {
  orders: KeptOrder[]
  payments: KeptPayment[]
  entries: KeptEntry[]
  coupons: KeptCoupon[]
  payouts: KeptPayout[]
  /** sellers that can be paid */
  ready: string[]
  /** who asked for a file, and what was answered */
  fileAnswers: readonly FileAnswer[]
  /** payments that were paid out before their show */
  paidEarly: string[]
  stripe: State
}

const nothingSeen = { fileAnswers: [], paidEarly: [] }

const named = <T>(documents: object[]) =>
  documents.map((document) => {
    const { _id, ...rest } = document as { _id: string }
    // The services' own stores wrote them; a wrong shape would break an invariant.
    return { id: _id, ...rest } as T
  })

const unfinishedPayments = ['started', 'authorised', 'settled', 'captured', 'failing', 'cancelling', 'refunding']

/** A marketplace whose inside can be looked at, wherever it runs. */
type Inside = {
  database: (name: 'payments' | 'orders') => Promise<{ db: Db; close: () => Promise<unknown> }>
  stripe: () => Promise<ReturnType<typeof controlOf>>
}

const openDatabases = async (market: Inside) => {
  const [payments, orders] = await Promise.all([market.database('payments'), market.database('orders')])
  return {
    payments: payments.db,
    orders: orders.db,
    close: () => Promise.all([payments.close(), orders.close()]),
  }
}

export type Unsettled = Record<'payments' | 'orders' | 'webhooks' | 'payouts' | 'disputes' | 'handovers', number>

const countUnsettled = async (
  { payments, orders }: { payments: Db; orders: Db },
  disputes: number,
): Promise<Unsettled> => {
  const now = new Date()
  const passed = { 'handover.status': 'waiting', 'handover.deadline': { $lte: now } }
  const ready = await payments.collection('sellers').distinct('_id', { isReady: true })
  // What the platform itself pays it may not have for long; what a card paid is there, whatever Stripe said a moment ago.
  const byCoupon = await payments.collection('payments').distinct('_id', { kind: 'coupon' })
  const [money, open, webhooks, moving, waiting, decided, toRefund, claimed] = await Promise.all([
    payments.collection('payments').countDocuments({ status: { $in: ['awaiting_method', ...unfinishedPayments] } }),
    orders.collection('orders').countDocuments({ status: { $in: ['created', 'settling'] } }),
    payments.collection('webhookEvents').countDocuments({ status: 'stored' }),
    payments.collection('payouts').countDocuments({ status: { $in: ['paying', 'reversing'] } }),
    payments.collection('payouts').countDocuments({
      status: 'waiting',
      payableAt: { $lte: now },
      sellerId: { $in: ready },
      $nor: [{ _id: { $in: byCoupon }, waitsFor: 'balance' }],
    }),
    payments.collection('disputes').countDocuments({ status: { $in: ['won', 'lost'] } }),
    orders.collection('orders').countDocuments({
      status: 'completed',
      $or: [{ 'handover.status': 'overdue' }, { 'claim.status': { $in: ['open', 'refunded'] } }, passed],
    }),
    orders.collection('orders').distinct('paymentId', { 'claim.status': { $exists: true } }),
  ])
  const refunded = await payments.collection('payments').distinct('_id', { status: 'refunded' })
  const untold = await orders.collection('orders').countDocuments({ paymentId: { $in: refunded }, status: 'completed' })
  const told = await payments
    .collection('payouts')
    .countDocuments({ _id: { $in: claimed }, claimVersion: { $gt: 0 }, disputes: { $ne: 'claim' } })
  const handovers = toRefund + claimed.length - told
  return {
    payments: money,
    // A refund reaches its order by an event.
    orders: open + untold,
    webhooks,
    payouts: moving + waiting,
    disputes: disputes - decided,
    handovers,
  }
}

const createClock = ({ payments, orders }: { payments: Db; orders: Db }) => ({
  /** Time passes: whoever has not said that a ticket was passed on has said so too late. */
  passDeadlines: async (): Promise<void> => {
    await orders
      .collection('orders')
      .updateMany(
        { status: 'completed', 'handover.status': 'waiting' },
        { $set: { 'handover.deadline': new Date() }, $inc: { version: 1 } },
      )
  },

  /** Time passes: every show has begun, and whatever was sold is to be paid out. */
  beginShows: async (): Promise<void> => {
    const now = new Date()
    const begun = { $set: { payableAt: now, lease: { attempts: 0, nextAttemptAt: now } }, $inc: { version: 1 } }
    await payments.collection('payouts').updateMany({ status: 'waiting', payableAt: { $gt: now } }, begun)
  },
})

/** Reads behind the public API, from the databases themselves. */
export const openEvidence = async (market: Inside) => {
  const { payments, orders, close } = await openDatabases(market)
  const double = await market.stripe()
  return {
    close,
    ...createClock({ payments, orders }),

    /** Payments whose money is with their sellers now. */
    paidOut: async (): Promise<string[]> =>
      (await double.state()).transfers.flatMap(({ metadata }) => metadata.paymentId ?? []),

    /** @param disputes how many banks have decided */
    unsettled: (disputes = 0): Promise<Unsettled> => countUnsettled({ payments, orders }, disputes),

    collect: async (seen: Pick<Evidence, 'fileAnswers' | 'paidEarly'> = nothingSeen): Promise<Evidence> => {
      const all = (from: typeof payments, name: string) => from.collection(name).find().toArray()
      const [keptOrders, keptPayments, entries, coupons, payouts, sellers, stripe] = await Promise.all([
        all(orders, 'orders'),
        all(payments, 'payments'),
        all(payments, 'ledger'),
        all(payments, 'coupons'),
        all(payments, 'payouts'),
        all(payments, 'sellers'),
        double.state(),
      ])
      return {
        orders: named<KeptOrder>(keptOrders),
        payments: named<KeptPayment>(keptPayments),
        entries: named<KeptEntry>(entries),
        coupons: named<KeptCoupon>(coupons),
        payouts: named<KeptPayout>(payouts),
        ready: named<{ id: string; isReady: boolean }>(sellers).flatMap(({ id, isReady }) => (isReady ? [id] : [])),
        ...seen,
        stripe,
      }
    },
  }
}
