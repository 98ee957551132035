import { readConfig } from '@fairpass/sdk/config'
import { createDapr, type Dapr, type OrderToPay } from '@fairpass/sdk/dapr'
import type { FairpassEvent } from '@fairpass/sdk/events'
import type { User } from '@fairpass/sdk/identity'
import { publishEach } from '@fairpass/sdk/mongo'
import { createServiceContext } from '@fairpass/sdk/service'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import { type Exchange, SECRET, startDouble } from '@fairpass/stripe-double/testing.ts'
import { createApp } from '../app.ts'
import { createClaims } from '../claim/claims.ts'
import { openCoupons } from '../coupon/store.ts'
import { createCodeVault } from '../coupon/vault.ts'
import { type Disputes, openDisputes } from '../dispute/store.ts'
import { createHandlers } from '../events.ts'
import { openAccounts } from '../ledger/accounts.ts'
import { openLedger } from '../ledger/store.ts'
import { limitVariables } from '../limits.ts'
import { createPay } from '../payment/pay.ts'
import { createPaymentProcess } from '../payment/process.ts'
import { reconcile } from '../payment/reconcile.ts'
import { createRefunds } from '../payment/refunds.ts'
import { openPayments, type Payments } from '../payment/store.ts'
import { payOutDue } from '../payout/loop.ts'
import { createOnboarding } from '../payout/onboarding.ts'
import { createPayoutProcess } from '../payout/process.ts'
import { openSellers, type Sellers } from '../payout/sellers.ts'
import { openPayouts, type Payouts } from '../payout/store.ts'
import type { Bans } from '../peers/auth.ts'
import type { Orders } from '../peers/orders.ts'
import { type ConnectPort, createConnectPort } from '../stripe/connect.ts'
import { connectStripe, createStripePort, type StripePort } from '../stripe/payment-intents.ts'
import { createApply } from '../webhook/apply.ts'
import { openWebhooks } from '../webhook/store.ts'
import { createTestOrders } from './orders.ts'

type Seams = {
  stripe: StripePort
  orders: Orders
  payments: Payments
  payouts: Payouts
  sellers: Sellers
  connect: ConnectPort
  disputes: Disputes
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
    ...(hearsWebhooks ? { webhookUrl: `${server.url}api/payments/webhooks/stripe` } : {}),
    onExchange,
  })
  const client = connectStripe({
    secretKey: 'sk_test_fairpass_double',
    apiUrl: `http://127.0.0.1:${double.port}`,
  })

  const ledger = openLedger(db)
  const accounts = openAccounts(db)
  const coupons = openCoupons(db, createCodeVault('a secret of the tests'))
  const payouts = openPayouts(db, { publishAll, ledger, delaySeconds: payoutDelaySeconds })
  const payments = openPayments(db, { publishAll, ledger, coupons, payouts })
  const connect = guard(createConnectPort(client))
  const sellers = openSellers(db, { connect, onReady: (sellerId) => payouts.wake({ sellerId }) })
  const disputes = openDisputes(db, { publishAll, connect, payments, payouts, ledger })
  const seams: Seams = {
    stripe: guard(createStripePort(client)),
    orders: guard(market.orders),
    payments: guard(payments),
    payouts: guard(payouts),
    sellers: guard(sellers),
    connect,
    disputes: guard(disputes),
  }
  const paymentProcess = createPaymentProcess(seams)
  const { advance } = paymentProcess
  const banned = new Set<string>()
  const bans: Bans = { isBanned: async (id) => banned.has(id) }
  const payOut = createPayoutProcess({ ...seams, paymentProcess, bans })
  const apply = createApply({ payments, paymentProcess, disputes: seams.disputes, sellers: seams.sellers })
  const webhooks = openWebhooks(db, { stripe: client, secrets: ['whsec_of_another_endpoint', SECRET], apply, log })
  const refunds = createRefunds({ ...seams, advance })
  const claims = createClaims({ db, payments, payouts, refunds })
  const handlers = createHandlers({ payments, payouts, paymentProcess, claims })
  const config = { PUBLIC_ORIGIN: service.publicOrigin, ACCESS_TOKEN_SECONDS: 900 }
  const userOf = (token: string): User => {
    const [id = '', role] = token.split(':')
    return { id, role: role === 'admin' ? 'admin' : 'user', sessionId: id, issuedAt: new Date() }
  }
  const context = createServiceContext({
    name: 'payments',
    config,
    db,
    dapr,
    log,
    handlers,
    own: { verify: async (token) => userOf(token), isDenied: async () => false },
  })
  const pay = createPay({ ...seams, advance, feeBasisPoints })
  const app = createApp({
    service,
    context,
    pay,
    payments,
    refunds,
    webhooks,
    ledger,
    accounts,
    coupons,
    payouts,
    payOut,
    disputes,
    onboarding: createOnboarding({ sellers, connect, publicOrigin: service.publicOrigin }),
    limits: readConfig(limitVariables, env),
  })
  await Promise.all([
    payments.ensureIndexes(),
    coupons.ensureIndexes(),
    payouts.ensureIndexes(),
    sellers.ensureIndexes(),
    disputes.ensureIndexes(),
    ledger.ensureIndexes(),
    accounts.ensureIndexes(),
    webhooks.ensureIndexes(),
    context.prepare(),
  ])

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
    ...seams,
    db,
    app,
    call,
    client,
    double,
    paymentProcess,
    advance,
    payOut,
    banned,
    payoutReplica: () => createPayoutProcess({ ...seams, paymentProcess, bans }),
    /** What is due by now is paid out. */
    payOutDue: () => payOutDue({ payouts, payOut, log }),
    /** another process of this service, on the same database */
    replica: () => createPaymentProcess(seams).advance,
    handlers,
    ledger,
    coupons,
    webhooks,
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
      await db.collection('payments').updateMany({}, { $set: { lookAt: new Date(0) } })
      await reconcile({ payments, advance, log })
    },
    /** Time passes: whatever is to be paid out, or left between two steps, is looked at. */
    payOutNow: async () => {
      await db.collection('payouts').updateMany({}, { $set: { lookAt: new Date(0) } })
      await payOutDue({ payouts, payOut, log })
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
