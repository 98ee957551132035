import { forEachOf } from '@fairpass/sdk/run-periodically'
import type { Log } from '@fairpass/sdk/telemetry'
import type { Db } from 'mongodb'
import type { PaymentProcess } from '../payment/process.ts'
import type { Payments } from '../payment/store.ts'
import type { ConnectPort } from '../stripe/connect.ts'
import type { CreatedIntent } from '../stripe/lists.ts'
import type { StripePort } from '../stripe/payment-intents.ts'

/**
 * That this database was made from a backup: `bun run restore` writes it, and an operator after mongorestore
 * (docs/runbook.md).
 */
export type Restore = {
  /** all databases are as they were then, or a little later */
  backupAt: Date
  restoredAt: Date
  /** when what Stripe knew by then was looked through for the first time */
  firstLookAt?: Date
  /** when it was for the last time */
  doneAt?: Date
}

type Deps = {
  db: Db
  payments: Pick<Payments, 'find'>
  paymentProcess: Pick<PaymentProcess, 'recheck'>
  stripe: Pick<StripePort, 'createdBetween' | 'refund' | 'cancel'>
  connect: Pick<ConnectPort, 'sent'>
  log: Log
}

/** Clocks differ, and what was under way as the old marketplace ended came a little later. */
const marginMs = 10 * 60_000
const reason = 'The order is not known any more'
const firstTransfer = 1

/**
 * Gives back what was taken, or is held, for a payment that is in no backup. A payment whose seller was paid out is not
 * refunded.
 */
const refundUnknown = async (
  { stripe, connect, log }: Deps,
  intent: CreatedIntent & { paymentId: string },
): Promise<void> => {
  const { intentId, paymentId, status } = intent
  const line = { intentId, paymentId }
  if (status === 'canceled') return
  if (status !== 'succeeded') {
    await stripe.cancel(intentId, `cancel:restored:${intentId}`)
    return
  }
  if (await connect.sent({ id: paymentId, transferAttempt: firstTransfer })) {
    log.error(line, 'paid after the backup, and its seller was paid out: not refunded')
    return
  }
  const result = await stripe.refund(intentId, `refund:restored:${intentId}`, reason)
  if (result.as === 'unknown') throw result.cause
  if (result.as === 'answered') log.warn(line, 'paid after the backup, and not known any more: refunded')
  else log.error({ ...line, failure: result.failure }, 'paid after the backup, and cannot be refunded')
}

const lookThrough = async (deps: Deps, { backupAt, restoredAt }: Restore): Promise<void> => {
  const { stripe, payments, paymentProcess } = deps
  const from = new Date(backupAt.getTime() - marginMs)
  const until = new Date(restoredAt.getTime() + marginMs)
  let after: string | undefined
  do {
    const page = await stripe.createdBetween(from, until, after)
    await forEachOf('charge after the backup', page.intents, async (intent) => {
      const { paymentId, intentId } = intent
      // Another system's on the same Stripe account.
      if (paymentId === undefined) return
      const payment = await payments.find(paymentId)
      if (!payment) await refundUnknown(deps, { ...intent, paymentId })
      else await paymentProcess.recheck(payment, payment.intentId ?? intentId)
    })
    after = page.next
  } while (after !== undefined)
}

/**
 * After a restore Stripe knows of more than the database: what was paid after the backup. Payments that the database has are
 * finished by the reconciler; the others are refunded to their buyers, who have no order any more. Once as soon as payments
 * starts, and once more when nothing of the old marketplace can be under way.
 */
export const reconcileRestore = async (deps: Deps, now = new Date()): Promise<void> => {
  const restores = deps.db.collection<Restore>('restores')
  const restore = await restores.findOne({ doneAt: { $exists: false } })
  if (!restore) return
  const isLast = now.getTime() > restore.restoredAt.getTime() + marginMs
  if (restore.firstLookAt && !isLast) return
  await lookThrough(deps, restore)
  await restores.updateOne({ _id: restore._id }, { $set: { firstLookAt: now, ...(isLast ? { doneAt: now } : {}) } })
}
