import { wireService } from '@fairpass/sdk'
import { runService } from '@fairpass/sdk/bun'
import { openAccounts } from './accounts.ts'
import { createApp } from './app.ts'
import { checkLedger } from './check-ledger.ts'
import { readPaymentsConfig } from './config.ts'
import { openCoupons } from './coupon-store.ts'
import { createCodeVault } from './coupon-vault.ts'
import { createDrive } from './drive.ts'
import { createHandlers } from './events.ts'
import { openLedger } from './ledger-store.ts'
import { createOrders } from './orders.ts'
import { createPay } from './pay.ts'
import { reconcile } from './reconcile.ts'
import { createRefunds } from './refunds.ts'
import { openPayments } from './store.ts'
import { connectStripe, createStripePort } from './stripe.ts'
import { seenStripe } from './stripe-seen.ts'
import { openWebhooks } from './webhooks.ts'

await runService(
  'payments',
  () => readPaymentsConfig(process.env),
  ({ config, db, dapr, log, service }) => {
    const client = connectStripe({
      secretKey: config.STRIPE_SECRET_KEY,
      apiUrl: config.STRIPE_API_URL,
      timeoutMs: config.STRIPE_TIMEOUT_MS,
    })
    const stripe = seenStripe(createStripePort(client))
    const orders = createOrders(dapr)
    const ledger = openLedger(db)
    const accounts = openAccounts(db)
    const coupons = openCoupons(db, createCodeVault(config.STRIPE_SECRET_KEY))
    const payments = openPayments(db, { publish: dapr.publish, ledger, coupons })
    const driving = createDrive({ payments, stripe, orders })
    const { drive } = driving
    const webhooks = openWebhooks(db, {
      stripe: client,
      secret: config.STRIPE_WEBHOOK_SECRET,
      payments,
      driving,
      log,
    })
    const handlers = createHandlers({ payments, driving })
    const wiring = wireService({ name: 'payments', config, db, dapr, log, handlers })
    const pay = createPay({ payments, orders, stripe, drive, feeBasisPoints: config.PLATFORM_FEE_BASIS_POINTS })
    const refunds = createRefunds({ payments, drive })
    return {
      app: createApp({
        service,
        wiring,
        pay,
        payments,
        refunds,
        webhooks,
        ledger,
        accounts,
        coupons,
        limits: config,
      }),
      prepare: () =>
        Promise.all([
          payments.ensureIndexes(),
          coupons.ensureIndexes(),
          ledger.ensureIndexes(),
          accounts.ensureIndexes(),
          webhooks.ensureIndexes(),
          wiring.prepare(),
        ]),
      loops: [
        ...wiring.loops,
        { everyMs: 1_000, name: 'outbox', work: payments.relay.sweep },
        { everyMs: 1_000, name: 'webhooks', work: webhooks.applyDue },
        { everyMs: 2_000, name: 'reconciler', work: () => reconcile({ payments, drive, log }) },
        { everyMs: 60_000, name: 'ledger check', work: () => checkLedger(ledger, log) },
      ],
    }
  },
)
