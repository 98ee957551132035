import { safetyNetMs } from '@fairpass/sdk/run-periodically'
import { createServiceContext } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import type { Log } from '@fairpass/sdk/telemetry'
import type { Db } from 'mongodb'
import { createApp } from './app.ts'
import { type Composition, composePayments } from './composition.ts'
import { readPaymentsConfig } from './config.ts'
import { checkLedger } from './ledger/check.ts'
import { unfinishedGauges } from './payment/gauges.ts'
import { createCaptureReconciler, createRefundReconciler, reconcile, releaseStrayHolds } from './payment/reconcile.ts'
import { payOutDue } from './payout/loop.ts'
import { createBans } from './peers/auth.ts'
import { createOrders } from './peers/orders.ts'
import { reconcileRestore } from './restore/restored.ts'
import { connectStripe } from './stripe/payment-intents.ts'
import { webhookGauges } from './webhook/gauges.ts'

const loopsOf = (parts: Composition, db: Db, log: Log) => {
  const { payments, payouts, disputes, ledger, webhooks, advancePayout, paymentProcess, stripe } = parts
  const { advance } = paymentProcess
  const reconcileRefunds = createRefundReconciler({ payments, paymentProcess, stripe })
  const reconcileCaptures = createCaptureReconciler({ db, payments, paymentProcess, stripe })
  return [
    payments.relay.loopOf('outbox'),
    payouts.relay.loopOf('outbox of payouts'),
    disputes.relay.loopOf('outbox of disputes'),
    { everyMs: safetyNetMs, name: 'webhooks', work: webhooks.applyDue },
    { everyMs: safetyNetMs, name: 'reconciler', work: () => reconcile({ payments, advance, log }) },
    { everyMs: safetyNetMs, name: 'payouts', work: () => payOutDue({ payouts, advancePayout, log }) },
    { everyMs: 30_000, name: 'disputes', work: disputes.reconcile },
    { everyMs: 60_000, name: 'refunds at Stripe', work: () => reconcileRefunds() },
    { everyMs: 30_000, name: 'captures at Stripe', work: () => reconcileCaptures() },
    {
      everyMs: 60_000,
      name: 'stray holds at Stripe',
      work: () => releaseStrayHolds({ payments, paymentProcess, stripe }),
    },
    { everyMs: 30_000, name: 'charges after the backup', work: () => reconcileRestore({ ...parts, db, log }) },
    { everyMs: 15_000, name: 'ledger check', work: () => checkLedger(ledger, log) },
  ]
}

await runService(
  'payments',
  () => readPaymentsConfig(process.env),
  ({ config, db, dapr, log, service }) => {
    const client = connectStripe({
      secretKey: config.STRIPE_SECRET_KEY,
      apiUrl: config.STRIPE_API_URL,
      timeoutMs: config.STRIPE_TIMEOUT_MS,
    })
    const [orders, bans] = [createOrders(dapr), createBans(dapr)]
    const parts = composePayments({ db, client, orders, bans, publishAll: dapr.publishAll, log, config })
    const context = createServiceContext({ name: 'payments', config, db, dapr, log, handlers: parts.handlers })
    return {
      app: createApp({ ...parts, service, context, limits: config }),
      prepare: () => Promise.all([parts.ensureIndexes(), context.prepare()]),
      gaugeCollectors: [
        ...context.gaugeCollectors,
        ...parts.outboxes.map(({ gaugeCollector }) => gaugeCollector),
        unfinishedGauges(parts.payments),
        webhookGauges(parts.webhooks),
      ],
      loops: [...context.loops, ...loopsOf(parts, db, log)],
    }
  },
)
