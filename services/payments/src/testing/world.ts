import { readConfig } from '@fairpass/sdk/config'
import { createDapr, type Dapr, type OrderToPay } from '@fairpass/sdk/dapr'
import type { FairpassEvent } from '@fairpass/sdk/events'
import type { User } from '@fairpass/sdk/identity'
import { createServiceContext } from '@fairpass/sdk/service'
import { createLog, type Log } from '@fairpass/sdk/telemetry'
import { publishEach, testDatabase } from '@fairpass/servers/testing'
import { type Exchange, startDouble, until, webhookSecret } from '@fairpass/stripe-double/testing.ts'
import type { Db } from 'mongodb'
import { createApp } from '../app.ts'
import { composePayments } from '../composition.ts'
import { limitVariables } from '../coupon/limits.ts'
import { createPaymentProcess } from '../payment/process.ts'
import { reconcile, releaseStrayHolds } from '../payment/reconcile.ts'
import { payOutDue } from '../payout/loop.ts'
import { createPayoutProcess } from '../payout/process.ts'
import type { PayoutDeps } from '../payout/steps.ts'
import type { Bans } from '../peers/auth.ts'
import { connectStripe } from '../stripe/payment-intents.ts'
import { webhookEventTypes } from '../webhook/event-types.ts'
import { createTestOrders } from './orders.ts'

const userOf = (token: string): User => {
  const [id = '', role] = token.split(':')
  return { id, role: role === 'admin' ? 'admin' : 'user', sessionId: id, issuedAt: new Date() }
}

type WorldOptions = {
  guard?: <T extends object>(seam: T) => T
  hearsWebhooks?: boolean
  /** without one nothing is limited */
  dapr?: Dapr
  env?: Record<string, string>
  feeBasisPoints?: number
  payoutDelaySeconds?: number
  /** called with each request to Stripe and its response */
  onExchange?: (exchange: Exchange) => void
}

/** Longer than Stripe keeps keys. */
const dayMs = 25 * 3_600_000

/** The time at Stripe, and here after a day that passed. */
const createTime = () => {
  let passedMs = 0
  return {
    now: () => new Date(Date.now() + passedMs),
    passDay: () => {
      passedMs += dayMs
    },
  }
}

const publicOrigin = 'http://localhost:3000'

const configOf = ({ feeBasisPoints = 0, payoutDelaySeconds = 86_400 }: WorldOptions) => ({
  PUBLIC_ORIGIN: publicOrigin,
  ACCESS_TOKEN_SECONDS: 900,
  STRIPE_SECRET_KEY: 'a secret of the tests',
  STRIPE_WEBHOOK_SECRET: ['whsec_of_another_endpoint', webhookSecret],
  PLATFORM_FEE_BASIS_POINTS: feeBasisPoints,
  PAYOUT_DELAY_SECONDS: payoutDelaySeconds,
})

/** The Stripe double, which sends its webhooks to `url` if there is one. */
const connectDouble = async (url: string | undefined, onExchange: WorldOptions['onExchange'], now: () => Date) => {
  const double = await startDouble({
    ...(url ? { webhookUrl: `${url}api/payments/webhooks/stripe`, enabledEvents: webhookEventTypes } : {}),
    onExchange,
    now: () => now().getTime(),
  })
  const apiUrl = `http://127.0.0.1:${double.port}`
  return { double, client: connectStripe({ secretKey: 'sk_test_fairpass_double', apiUrl }) }
}

type Composed = ReturnType<typeof composePayments>

const startApp = async (db: Db, parts: Composed, log: Log, options: WorldOptions) => {
  const { dapr = createDapr({ httpPort: 1 }), env = {} } = options
  const context = createServiceContext({
    name: 'payments',
    config: configOf(options),
    db,
    dapr,
    log,
    handlers: parts.handlers,
    own: { verify: async (token) => userOf(token), isDenied: async () => false },
  })
  const service = { log, publicOrigin, isPrepared: () => true, isReady: async () => true }
  const app = createApp({ ...parts, service, context, limits: readConfig(limitVariables, env) })
  await Promise.all([parts.ensureIndexes(), context.prepare()])

  const call = async (method: string, path: string, token: string, body?: unknown, headers = {}) => {
    const answer = await app.request(path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined }
  }
  return { app, call }
}

/** Time passes: what waits for it is done at once. */
const createClockwork = (db: Db, parts: Composed, log: Log, { now, passDay }: ReturnType<typeof createTime>) => {
  const { payments, paymentProcess, stripe } = parts
  return {
    /** A day passes, here and at Stripe, which has forgotten all keys by then; returns what advances payments after it. */
    dayLater: () => {
      passDay()
      return createPaymentProcess({ ...parts, now }).advance
    },
    /** What is due by now is paid out. */
    payOutDue: () => payOutDue({ ...parts, log }),
    /** The reconciler finds whatever is unfinished. */
    reconcileNow: async () => {
      await db.collection('payments').updateMany({}, { $set: { 'lease.nextAttemptAt': new Date(0) } })
      await reconcile({ payments, advance: paymentProcess.advance, log })
    },
    /** Minutes pass: what cards hold for no payment is found. */
    releaseStrayHolds: () =>
      releaseStrayHolds({ payments, paymentProcess, stripe, now: new Date(Date.now() + 3_600_000) }),
    /** Whatever is to be paid out, or left between two steps, is looked at. */
    payOutNow: async () => {
      await db.collection('payouts').updateMany({}, { $set: { 'lease.nextAttemptAt': new Date(0) } })
      await payOutDue({ ...parts, log })
    },
  }
}

type Seen = { db: Db; published: readonly FairpassEvent[]; double: Awaited<ReturnType<typeof connectDouble>>['double'] }

/** What is known of an order: here, at the broker and at Stripe. */
const createReads = ({ db, published, double }: Seen) => ({
  paymentsOf: (orderId: string) => db.collection('payments').find({ orderId }).toArray(),
  /** The types of its events, in the order in which they were published. */
  eventsOf: (orderId: string) =>
    published.flatMap(({ type, data }) => ('orderId' in data && data.orderId === orderId ? [type] : [])),
  intentsOf: async (orderId: string) => {
    const { intents } = await double.state()
    return intents.filter(({ metadata }) => metadata.orderId === orderId)
  },
})

/** The payments service on a real MongoDB and the Stripe double, beside an orders service of this process. */
export const startWorld = async (options: WorldOptions = {}) => {
  const { guard = <T extends object>(seam: T): T => seam, hearsWebhooks = true, onExchange } = options
  const time = createTime()
  const db = await testDatabase()
  const log = createLog('payments', 'fatal')
  const published: FairpassEvent[] = []
  const publishAll = publishEach(async (event) => void published.push(event))
  const market = createTestOrders()
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => app.fetch(request) })
  const { double, client } = await connectDouble(hearsWebhooks ? `${server.url}` : undefined, onExchange, time.now)
  const banned = new Set<string>()
  const bans: Bans = { isBanned: async (id) => banned.has(id) }
  const config = configOf(options)
  const parts = composePayments({ db, client, orders: market.orders, bans, publishAll, log, config, intercept: guard })
  const { app, call } = await startApp(db, parts, log, options)
  const { sellers } = parts
  const clockwork = createClockwork(db, parts, log, time)

  return {
    ...parts,
    ...clockwork,
    ...createReads({ db, published, double }),
    /** A webhook may be quicker than the reconciler; both lead to the same end. */
    untilCompleted: (orderId: string) =>
      until('the order to be completed', async () => {
        await clockwork.reconcileNow()
        return market.status(orderId) === 'completed'
      }),
    ...{ db, app, call, client, double, banned, market, published },
    advance: parts.paymentProcess.advance,
    /** Other processes of this service, on the same database. */
    replica: () => createPaymentProcess(parts).advance,
    payoutReplica: (more: Partial<PayoutDeps> = {}) => createPayoutProcess({ ...parts, bans, ...more }),
    url: `${server.url}`,
    /** The buyer of `order` pays it. */
    payFor: (order: OrderToPay, how: object, headers = {}) =>
      call('POST', '/api/payments', order.buyerId, { orderId: order.id, ...how }, headers),
    /** The seller goes through Stripe's onboarding. */
    readySeller: async (sellerId: string) => {
      const { accountId } = await sellers.open(sellerId, undefined)
      await double.call('POST', `/accounts/${accountId}/onboard`)
      await sellers.refreshed(sellerId)
      return accountId
    },
    stop: async () => {
      await Promise.all([double.stop(), server.stop(true)])
    },
  }
}

export type World = Awaited<ReturnType<typeof startWorld>>
