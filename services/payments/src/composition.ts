import type { PublishAll } from '@fairpass/sdk/mongo'
import type { Log } from '@fairpass/sdk/telemetry'
import type { Db } from 'mongodb'
import type Stripe from 'stripe'
import { createClaims } from './claim/claims.ts'
import { openCoupons } from './coupon/store.ts'
import { createCodeVault } from './coupon/vault.ts'
import { openDisputes } from './dispute/store.ts'
import { createHandlers } from './events.ts'
import { openAccounts } from './ledger/accounts.ts'
import { openLedger } from './ledger/store.ts'
import { createPay } from './payment/pay.ts'
import { createPaymentProcess } from './payment/process.ts'
import { createRefunds } from './payment/refunds.ts'
import { openPayments } from './payment/store.ts'
import { createOnboarding } from './payout/onboarding.ts'
import { createPayoutProcess } from './payout/process.ts'
import { openSellers } from './payout/sellers.ts'
import { openPayouts } from './payout/store.ts'
import type { Bans } from './peers/auth.ts'
import type { Orders } from './peers/orders.ts'
import { createConnectPort } from './stripe/connect.ts'
import { createStripePort } from './stripe/payment-intents.ts'
import { withTelemetry } from './stripe/telemetry.ts'
import { createApply } from './webhook/apply.ts'
import { openWebhooks } from './webhook/store.ts'

export type Options = {
  db: Db
  client: Stripe
  orders: Orders
  bans: Bans
  publishAll: PublishAll
  log: Log
  config: {
    PUBLIC_ORIGIN: string
    STRIPE_SECRET_KEY: string
    STRIPE_WEBHOOK_SECRET: readonly string[]
    PLATFORM_FEE_BASIS_POINTS: number
    PAYOUT_DELAY_SECONDS: number
  }
  /** wraps what the processes call; for tests that stop a process anywhere */
  intercept?: <T extends object>(seam: T) => T
}

const openStores = ({ db, client, publishAll, config, intercept = (seam) => seam }: Options) => {
  const ledger = openLedger(db)
  const coupons = openCoupons(db, createCodeVault(config.STRIPE_SECRET_KEY))
  const payouts = openPayouts(db, { publishAll, ledger, delaySeconds: config.PAYOUT_DELAY_SECONDS })
  const payments = openPayments(db, { publishAll, ledger, coupons, payouts })
  const connect = intercept(createConnectPort(client))
  const sellers = openSellers(db, { connect, onReady: (sellerId) => payouts.wake({ sellerId }) })
  const disputes = openDisputes(db, { publishAll, connect, payments, payouts, ledger })
  const stores = { coupons, disputes, ledger, payments, payouts, sellers }
  return {
    ...stores,
    accounts: openAccounts(db, ledger),
    connect,
    disputes: intercept(disputes),
    payments: intercept(payments),
    payouts: intercept(payouts),
    sellers: intercept(sellers),
    /** Those of this service alone: what every service has is the context's. */
    ensureIndexes: () => Promise.all(Object.values(stores).map((store) => store.ensureIndexes())),
    outboxes: [payments.relay, payouts.relay, disputes.relay],
  }
}

/** The service, put together once: stores first, then the processes of payments and payouts, then their routes and loops. */
export const composePayments = (options: Options) => {
  const { db, client, bans, log, config, intercept = (seam) => seam } = options
  const stores = openStores(options)
  const stripe = intercept(withTelemetry(createStripePort(client)))
  const orders = intercept(options.orders)
  const { payments, payouts, connect, sellers } = stores
  const paymentProcess = createPaymentProcess({ payments, stripe, orders })
  const { advance } = paymentProcess
  const refunds = createRefunds({ payments, advance })
  const webhooks = openWebhooks(db, {
    stripe: client,
    secrets: config.STRIPE_WEBHOOK_SECRET,
    log,
    ...createApply({ ...stores, paymentProcess }),
  })
  return {
    ...stores,
    orders,
    stripe,
    paymentProcess,
    webhooks,
    advancePayout: createPayoutProcess({ payouts, payments, sellers, stripe, paymentProcess, connect, bans }),
    handlers: createHandlers({
      payments,
      payouts,
      paymentProcess,
      claims: createClaims({ db, payments, payouts, refunds }),
    }),
    pay: createPay({ payments, orders, stripe, advance, feeBasisPoints: config.PLATFORM_FEE_BASIS_POINTS }),
    refunds,
    onboarding: createOnboarding({ sellers, connect, publicOrigin: config.PUBLIC_ORIGIN }),
    ensureIndexes: () => Promise.all([stores.ensureIndexes(), webhooks.ensureIndexes()]),
  }
}

export type Composition = ReturnType<typeof composePayments>
