import { createServiceContext } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import { createApp } from './app.ts'
import { createClaims } from './claim/claims.ts'
import { readPaymentsConfig } from './config.ts'
import { openCoupons } from './coupon/store.ts'
import { createCodeVault } from './coupon/vault.ts'
import { openDisputes } from './dispute/store.ts'
import { createHandlers } from './events.ts'
import { unfinishedReading, webhooksReading } from './gauges.ts'
import { openAccounts } from './ledger/accounts.ts'
import { checkLedger } from './ledger/check.ts'
import { openLedger } from './ledger/store.ts'
import { createPay } from './payment/pay.ts'
import { createPaymentProcess } from './payment/process.ts'
import { reconcile, sweepRefunds } from './payment/reconcile.ts'
import { createRefunds } from './payment/refunds.ts'
import { openPayments } from './payment/store.ts'
import { payOutDue } from './payout/loop.ts'
import { createOnboarding } from './payout/onboarding.ts'
import { createPayoutProcess } from './payout/process.ts'
import { openSellers } from './payout/sellers.ts'
import { openPayouts } from './payout/store.ts'
import { createBans } from './peers/auth.ts'
import { createOrders } from './peers/orders.ts'
import { createConnectPort } from './stripe/connect.ts'
import { connectStripe, createStripePort } from './stripe/payment-intents.ts'
import { withTelemetry } from './stripe/telemetry.ts'
import { createApply } from './webhook/apply.ts'
import { openWebhooks } from './webhook/store.ts'

await runService(
  'payments',
  () => readPaymentsConfig(process.env),
  ({ config, db, dapr, log, service }) => {
    const client = connectStripe({
      secretKey: config.STRIPE_SECRET_KEY,
      apiUrl: config.STRIPE_API_URL,
      timeoutMs: config.STRIPE_TIMEOUT_MS,
    })
    const stripe = withTelemetry(createStripePort(client))
    const orders = createOrders(dapr)
    const ledger = openLedger(db)
    const accounts = openAccounts(db)
    const coupons = openCoupons(db, createCodeVault(config.STRIPE_SECRET_KEY))
    const payouts = openPayouts(db, { publishAll: dapr.publishAll, ledger, delaySeconds: config.PAYOUT_DELAY_SECONDS })
    const payments = openPayments(db, { publishAll: dapr.publishAll, ledger, coupons, payouts })
    const connect = createConnectPort(client)
    const sellers = openSellers(db, { connect, onReady: (sellerId) => payouts.wake({ sellerId }) })
    const disputes = openDisputes(db, { publishAll: dapr.publishAll, connect, payments, payouts, ledger })
    const paymentProcess = createPaymentProcess({ payments, stripe, orders })
    const { advance } = paymentProcess
    const payOut = createPayoutProcess({
      payouts,
      payments,
      sellers,
      stripe,
      paymentProcess,
      connect,
      bans: createBans(dapr),
    })
    const webhooks = openWebhooks(db, {
      stripe: client,
      secrets: config.STRIPE_WEBHOOK_SECRET,
      apply: createApply({ payments, paymentProcess, disputes, sellers }),
      log,
    })
    const refunds = createRefunds({ payments, advance })
    const claims = createClaims({ db, payments, payouts, refunds })
    const handlers = createHandlers({ payments, payouts, paymentProcess, claims })
    const context = createServiceContext({ name: 'payments', config, db, dapr, log, handlers })
    const pay = createPay({ payments, orders, stripe, advance, feeBasisPoints: config.PLATFORM_FEE_BASIS_POINTS })
    return {
      app: createApp({
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
        onboarding: createOnboarding({ sellers, connect, publicOrigin: config.PUBLIC_ORIGIN }),
        limits: config,
      }),
      prepare: () =>
        Promise.all([
          payments.ensureIndexes(),
          coupons.ensureIndexes(),
          payouts.ensureIndexes(),
          sellers.ensureIndexes(),
          disputes.ensureIndexes(),
          ledger.ensureIndexes(),
          accounts.ensureIndexes(),
          webhooks.ensureIndexes(),
          context.prepare(),
        ]),
      gaugeCollectors: [
        ...context.gaugeCollectors,
        payments.relay.gaugeCollector,
        payouts.relay.gaugeCollector,
        disputes.relay.gaugeCollector,
        unfinishedReading(payments),
        webhooksReading(webhooks),
      ],
      loops: [
        ...context.loops,
        { everyMs: 1_000, name: 'outbox', work: payments.relay.sweep },
        { everyMs: 1_000, name: 'outbox of payouts', work: payouts.relay.sweep },
        { everyMs: 1_000, name: 'outbox of disputes', work: disputes.relay.sweep },
        { everyMs: 1_000, name: 'webhooks', work: webhooks.applyDue },
        { everyMs: 2_000, name: 'reconciler', work: () => reconcile({ payments, advance, log }) },
        { everyMs: 2_000, name: 'payouts', work: () => payOutDue({ payouts, payOut, log }) },
        { everyMs: 30_000, name: 'disputes', work: disputes.sweep },
        { everyMs: 60_000, name: 'refunds at Stripe', work: () => sweepRefunds({ payments, paymentProcess, stripe }) },
        { everyMs: 60_000, name: 'ledger check', work: () => checkLedger(ledger, log) },
      ],
    }
  },
)
