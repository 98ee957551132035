import type { Db } from 'mongodb'
import type { controlOf, State } from '../stripe/testing.ts'

export type KeptPayment = {
  id: string
  orderId: string
  status: string
  kind: 'card' | 'coupon'
  amountCents: number
  currency: string
  intentId?: string
  couponId?: string
}
type KeptOrder = { id: string; status: string; paymentId?: string; totalCents: number; currency: string }
type KeptEntry = { id: string; paymentId?: string; currency: string; lines: { account: string; amount: number }[] }
type KeptCoupon = { id: string; redemptions: number }

/** What the marketplace and the double hold, once nothing moves any more. */
export type Evidence = {
  orders: KeptOrder[]
  payments: KeptPayment[]
  entries: KeptEntry[]
  coupons: KeptCoupon[]
  stripe: State
}

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

export type Unsettled = { payments: number; orders: number; webhooks: number }

/** Reads behind the public API, from the databases themselves. */
export const openEvidence = async (market: Inside) => {
  const { payments, orders, close } = await openDatabases(market)
  const double = await market.stripe()
  return {
    close,

    unsettled: async (): Promise<Unsettled> => {
      const [money, open, webhooks] = await Promise.all([
        payments.collection('payments').countDocuments({ status: { $in: ['awaiting_method', ...unfinishedPayments] } }),
        orders.collection('orders').countDocuments({ status: { $in: ['created', 'settling'] } }),
        payments.collection('webhookEvents').countDocuments({ status: 'stored' }),
      ])
      return { payments: money, orders: open, webhooks }
    },

    collect: async (): Promise<Evidence> => {
      const all = (from: typeof payments, name: string) => from.collection(name).find().toArray()
      const [keptOrders, keptPayments, entries, coupons, stripe] = await Promise.all([
        all(orders, 'orders'),
        all(payments, 'payments'),
        all(payments, 'ledger'),
        all(payments, 'coupons'),
        double.state(),
      ])
      return {
        orders: named<KeptOrder>(keptOrders),
        payments: named<KeptPayment>(keptPayments),
        entries: named<KeptEntry>(entries),
        coupons: named<KeptCoupon>(coupons),
        stripe,
      }
    },
  }
}
