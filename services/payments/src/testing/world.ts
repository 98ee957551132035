import { readConfig } from '@fairpass/sdk/config'
import { createDapr, type Dapr, type OrderToPay } from '@fairpass/sdk/dapr'
import type { FairpassEvent } from '@fairpass/sdk/events'
import type { User } from '@fairpass/sdk/identity'
import { publishEach } from '@fairpass/sdk/mongo'
import { createServiceContext } from '@fairpass/sdk/service'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import { type Exchange, startDouble, webhookSecret } from '@fairpass/stripe-double/testing.ts'
import { createApp } from '../app.ts'
import { composePayments } from '../composition.ts'
import { limitVariables } from '../payment/limits.ts'
import { createPaymentProcess } from '../payment/process.ts'
import { reconcile, releaseStrayHolds } from '../payment/reconcile.ts'
import { payOutDue } from '../payout/loop.ts'
import { createPayoutProcess } from '../payout/process.ts'
import type { Bans } from '../peers/auth.ts'
import { connectStripe } from '../stripe/payment-intents.ts'
import { webhookEventTypes } from '../webhook/event-types.ts'
import { createTestOrders } from './orders.ts'

const userOf = (token: string): User => {
  const [id = '', role] = token.split(':')
  return { id, role: role === 'admin' ? 'admin' : 'user', sessionId: id, issuedAt: new Date() }
}

/** The payments service on a real MongoDB and the Stripe double, beside an orders service of this process. */
export const startWorld = async ({
  guard = <T extends object>(seam: T): T => seam,
  hearsWebhooks = true,
  dapr = createDapr({ httpPort: 1 }),
  env = {},
  feeBasisPoints = 0,
  payoutDelaySeconds = 86_400,
  onExchange,
}: {
  guard?: <T extends object>(seam: T) => T
  hearsWebhooks?: boolean
  /** without one nothing is limited */
  dapr?: Dapr
  env?: Record<string, string>
  feeBasisPoints?: number
  payoutDelaySeconds?: number
  /** hears what is asked of Stripe, and answered */
  onExchange?: (exchange: Exchange) => void
} = {}) => {
  const db = await testDatabase()
  const log = createLog('payments', 'fatal')
  const published: FairpassEvent[] = []
  const publishAll = publishEach(async (said) => void published.push(said))
  const service = {
    log,
    publicOrigin: 'http://localhost:3000',
    isPrepared: () => true,
    isReady: async () => true,
  }
  const market = createTestOrders()
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => app.fetch(request) })
  const double = await startDouble({
    ...(hearsWebhooks
      ? { webhookUrl: `${server.url}api/payments/webhooks/stripe`, enabledEvents: webhookEventTypes }
      : {}),
    onExchange,
  })
  const client = connectStripe({
    secretKey: 'sk_test_fairpass_double',
    apiUrl: `http://127.0.0.1:${double.port}`,
  })

  const banned = new Set<string>()
  const bans: Bans = { isBanned: async (id) => banned.has(id) }
  const config = {
    PUBLIC_ORIGIN: service.publicOrigin,
    ACCESS_TOKEN_SECONDS: 900,
    STRIPE_SECRET_KEY: 'a secret of the tests',
    STRIPE_WEBHOOK_SECRET: ['whsec_of_another_endpoint', webhookSecret],
    PLATFORM_FEE_BASIS_POINTS: feeBasisPoints,
    PAYOUT_DELAY_SECONDS: payoutDelaySeconds,
  }
  const parts = composePayments({ db, client, orders: market.orders, bans, publishAll, log, config, intercept: guard })
  const { payments, payouts, sellers, connect, stripe, orders, paymentProcess, advancePayout } = parts
  const { advance } = paymentProcess
  const context = createServiceContext({
    name: 'payments',
    config,
    db,
    dapr,
    log,
    handlers: parts.handlers,
    own: { verify: async (token) => userOf(token), isDenied: async () => false },
  })
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

  return {
    ...parts,
    db,
    app,
    call,
    client,
    double,
    advance,
    banned,
    payoutReplica: () => createPayoutProcess({ payouts, payments, sellers, stripe, paymentProcess, connect, bans }),
    /** What is due by now is paid out. */
    payOutDue: () => payOutDue({ payouts, advancePayout, log }),
    /** another process of this service, on the same database */
    replica: () => createPaymentProcess({ payments, stripe, orders }).advance,
    market,
    published,
    url: `${server.url}`,
    /** The buyer of `order` pays it. */
    payFor: (order: OrderToPay, how: object, headers = {}) =>
      call('POST', '/api/payments', order.buyerId, { orderId: order.id, ...how }, headers),
    intentsOf: async (orderId: string) => {
      const { intents } = await double.state()
      return intents.filter(({ metadata }) => metadata.orderId === orderId)
    },
    /** Time passes: the reconciler finds whatever is unfinished. */
    reconcileNow: async () => {
      await db.collection('payments').updateMany({}, { $set: { 'lease.nextAttemptAt': new Date(0) } })
      await reconcile({ payments, advance, log })
    },
    /** Minutes pass: what cards hold for no payment is found. */
    releaseStrayHolds: () =>
      releaseStrayHolds({ payments, paymentProcess, stripe, now: new Date(Date.now() + 3_600_000) }),
    /** Time passes: whatever is to be paid out, or left between two steps, is looked at. */
    payOutNow: async () => {
      await db.collection('payouts').updateMany({}, { $set: { 'lease.nextAttemptAt': new Date(0) } })
      await payOutDue({ payouts, advancePayout, log })
    },
    /** Whoever sells `order` has gone through Stripe's onboarding. */
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
