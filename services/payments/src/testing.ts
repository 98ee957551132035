import {
  createDapr,
  createLog,
  type Dapr,
  type FairpassEvent,
  newId,
  type OrderToPay,
  readConfig,
  type User,
  wireService,
} from '@fairpass/sdk'
import { testDatabase } from '@fairpass/sdk/testing'
import { SECRET, startDouble } from '@fairpass/test/stripe/testing.ts'
import { openAccounts } from './accounts.ts'
import { createApp } from './app.ts'
import { openCoupons } from './coupon-store.ts'
import { createCodeVault } from './coupon-vault.ts'
import { createDrive } from './drive.ts'
import { createHandlers } from './events.ts'
import { openLedger } from './ledger-store.ts'
import { limitVariables } from './limits.ts'
import type { Orders } from './orders.ts'
import { createPay } from './pay.ts'
import { reconcile } from './reconcile.ts'
import { createRefunds } from './refunds.ts'
import { openPayments, type Payments } from './store.ts'
import { connectStripe, createStripePort, type StripePort } from './stripe.ts'
import { openWebhooks } from './webhooks.ts'

type Held = OrderToPay & { paymentId?: string }

/** The orders service as payments knows it, in this process. */
const createTestOrders = () => {
  const held = new Map<string, Held>()
  const change = (id: string, allows: (order: Held) => boolean, next: Partial<Held>) => {
    const order = held.get(id)
    if (!order || !allows(order)) return false
    held.set(id, { ...order, ...next, version: order.version + 1 })
    return true
  }
  const isOwn = (order: Held, paymentId: string) => order.paymentId === paymentId

  const orders: Orders = {
    find: async (id) => held.get(id),
    settle: async (id, paymentId) =>
      change(
        id,
        (order) =>
          (order.status === 'created' && new Date(order.expiresAt) > new Date()) ||
          (order.status === 'settling' && isOwn(order, paymentId)),
        { status: 'settling', paymentId },
      ),
    complete: async (id, paymentId) =>
      change(id, (order) => ['settling', 'completed'].includes(order.status) && isOwn(order, paymentId), {
        status: 'completed',
      }),
    fail: async (id, paymentId) =>
      change(
        id,
        (order) =>
          ['created', 'cancelled'].includes(order.status) || (order.status === 'settling' && isOwn(order, paymentId)),
        { status: 'cancelled', cancelReason: 'payment_failed' },
      ),
  }

  return {
    orders,
    status: (id: string) => held.get(id)?.status,
    expire: (id: string) =>
      change(id, () => true, { status: 'cancelled', cancelReason: 'expired', expiresAt: new Date(0).toISOString() }),
    open: (more: Partial<OrderToPay> = {}): OrderToPay => {
      const order: OrderToPay = {
        id: newId(),
        version: 1,
        status: 'created',
        ticketId: newId(),
        buyerId: newId(),
        sellerId: newId(),
        totalCents: 4_200,
        currency: 'eur',
        createdAt: new Date().toISOString(),
        expiresAt: new Date(Date.now() + 900_000).toISOString(),
        ...more,
      }
      held.set(order.id, order)
      return order
    },
  }
}

/** Thrown in place of `kill -9`. */
export class Interruption extends Error {}

/** Counts what crosses a seam, before and after it takes effect, and stops the process there when told to. */
export const createSaboteur = () => {
  let left = Number.POSITIVE_INFINITY
  const cross = () => {
    left -= 1
    if (left === 0) throw new Interruption()
  }
  return {
    /** @param crossing from 1: before the first call, 2: after it took effect, and so on */
    strikeAt: (crossing: number) => {
      left = crossing
    },
    rest: () => {
      left = Number.POSITIVE_INFINITY
    },
    guard: <T extends object>(seam: T): T =>
      new Proxy(seam, {
        get: (target, name, receiver) => {
          const member: unknown = Reflect.get(target, name, receiver)
          if (typeof member !== 'function') return member
          return async (...given: unknown[]) => {
            cross()
            const result: unknown = await member.apply(target, given)
            cross()
            return result
          }
        },
      }),
  }
}

type Seams = { stripe: StripePort; orders: Orders; payments: Payments }

/** The payments service on a real MongoDB and the Stripe double, beside an orders service of this process. */
export const startWorld = async ({
  guard = <T extends object>(seam: T): T => seam,
  hearsWebhooks = true,
  dapr = createDapr({ httpPort: 1 }),
  env = {},
  feeBasisPoints = 0,
}: {
  guard?: <T extends object>(seam: T) => T
  hearsWebhooks?: boolean
  /** without one nothing is limited */
  dapr?: Dapr
  env?: Record<string, string>
  feeBasisPoints?: number
} = {}) => {
  const db = await testDatabase()
  const log = createLog('payments', 'fatal')
  const published: FairpassEvent[] = []
  const publish = async (said: FairpassEvent) => void published.push(said)
  const service = {
    log,
    publicOrigin: 'http://localhost:3000',
    isPrepared: () => true,
    isReady: async () => true,
  }
  const market = createTestOrders()
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => app.fetch(request) })
  const double = await startDouble(hearsWebhooks ? { webhookUrl: `${server.url}api/payments/webhooks/stripe` } : {})
  const client = connectStripe({
    secretKey: 'sk_test_fairpass_double',
    apiUrl: `http://127.0.0.1:${double.port}`,
  })

  const ledger = openLedger(db)
  const accounts = openAccounts(db)
  const coupons = openCoupons(db, createCodeVault('a secret of the tests'))
  const payments = openPayments(db, { publish, ledger, coupons })
  const seams: Seams = {
    stripe: guard(createStripePort(client)),
    orders: guard(market.orders),
    payments: guard(payments),
  }
  const driving = createDrive(seams)
  const { drive } = driving
  const webhooks = openWebhooks(db, { stripe: client, secret: SECRET, payments, driving, log })
  const handlers = createHandlers({ payments, driving })
  const config = { PUBLIC_ORIGIN: service.publicOrigin, ACCESS_TOKEN_SECONDS: 900 }
  const userOf = (token: string): User => {
    const [id = '', role] = token.split(':')
    return { id, role: role === 'admin' ? 'admin' : 'user', sessionId: id, issuedAt: new Date() }
  }
  const wiring = wireService({
    name: 'payments',
    config,
    db,
    dapr,
    log,
    handlers,
    own: { verify: async (token) => userOf(token), isDenied: async () => false },
  })
  const pay = createPay({ ...seams, drive, feeBasisPoints })
  const refunds = createRefunds({ ...seams, drive })
  const app = createApp({
    service,
    wiring,
    pay,
    payments,
    refunds,
    webhooks,
    ledger,
    accounts,
    coupons,
    limits: readConfig(limitVariables, env),
  })
  await Promise.all([
    payments.ensureIndexes(),
    coupons.ensureIndexes(),
    ledger.ensureIndexes(),
    accounts.ensureIndexes(),
    webhooks.ensureIndexes(),
    wiring.prepare(),
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
    drive,
    /** another process of this service, on the same database */
    replica: () => createDrive(seams).drive,
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
      await reconcile({ payments, drive, log })
    },
    stop: async () => {
      await Promise.all([double.stop(), server.stop(true)])
    },
  }
}

export type World = Awaited<ReturnType<typeof startWorld>>
