import { now as timeNow } from '@fairpass/sdk/clock'
import { forEachOf } from '@fairpass/sdk/run-periodically'
import { inSpan, type Log } from '@fairpass/sdk/telemetry'
import type { Db } from 'mongodb'
import { reconciledTotal } from '../metrics.ts'
import type { StripePort } from '../stripe/payment-intents.ts'
import type { PaymentProcess } from './process.ts'
import type { Payments } from './store.ts'

type Deps = { payments: Payments; advance: PaymentProcess['advance']; log: Log }

const batch = 20
/** After so many batches the loop pauses, even when there is more. */
const maxBatches = 25
/** How far back refunds are looked for after a start: webhooks are repeated for three days, and it may have been away as long. */
const firstLookMs = 7 * 24 * 3_600_000
/** Before the look that came through last: two clocks, and what Stripe lists a little late. */
const overlapMs = 3_600_000

const reconcileBatch = async ({ payments, advance, log }: Deps): Promise<number> => {
  const due = await payments.due(timeNow(), batch)
  await Promise.all(
    due.map(async (found) => {
      const payment = await payments.claim(found)
      if (!payment) return
      const { id: paymentId, orderId, status: from, lease } = payment
      const line = { paymentId, orderId, from, attempts: lease.attempts }
      try {
        const { status } = await inSpan('reconcile payment', { isRoot: true }, () => advance(payment.id, payment))
        reconciledTotal.inc({ outcome: status === payment.status ? 'waiting' : 'moved' })
        if (status !== payment.status) log.info({ ...line, to: status }, 'payment brought to its end')
      } catch (error) {
        reconciledTotal.inc({ outcome: 'under_way' })
        log.warn({ err: error, ...line }, 'payment still under way')
      }
    }),
  )
  return due.length
}

/** Finishes what a crash, an outage or a lost answer left between two steps, a batch at a time, until nothing is left. */
export const reconcile = async (deps: Deps): Promise<void> => {
  for (let batches = 1; batches <= maxBatches; batches++) if ((await reconcileBatch(deps)) < batch) return
}

type RefundsDeps = {
  payments: Pick<Payments, 'byIntent'>
  paymentProcess: Pick<PaymentProcess, 'followRefunds'>
  stripe: Pick<StripePort, 'refundedSince'>
}

/**
 * Finds refunds at Stripe of which no webhook arrived, however long Stripe was unreachable since the last check. Before a
 * payout each payment is checked once more.
 */
export const createRefundReconciler = ({ payments, paymentProcess, stripe }: RefundsDeps) => {
  let seenUntil: Date | undefined
  return async (now = timeNow()): Promise<void> => {
    const since = seenUntil ? seenUntil.getTime() - overlapMs : now.getTime() - firstLookMs
    const intents = await stripe.refundedSince(new Date(since))
    await forEachOf('refund at Stripe', intents, async (intentId) => {
      const payment = await payments.byIntent(intentId)
      if (payment?.status === 'completed' && payment.refundedCents === undefined)
        await paymentProcess.followRefunds(payment)
    })
    seenUntil = now
  }
}

/** By then an answer has come, or never will; a payment under way still needs its hold. */
const strayAfterMs = 2 * 60_000

type StrayDeps = {
  payments: Pick<Payments, 'find'>
  paymentProcess: Pick<PaymentProcess, 'recheck' | 'releaseStray'>
  stripe: Pick<StripePort, 'heldBefore'>
  now?: Date
}

/**
 * Finds what cards hold for no payment: an authorisation whose answer was lost may have been made twice, and no webhook
 * arrived.
 */
export const releaseStrayHolds = async ({ payments, paymentProcess, stripe, now = timeNow() }: StrayDeps) => {
  const held = await stripe.heldBefore(new Date(now.getTime() - strayAfterMs))
  await forEachOf('hold at Stripe', held, async ({ intentId, paymentId }) => {
    const payment = paymentId === undefined ? undefined : await payments.find(paymentId)
    if (!payment) return
    await paymentProcess.releaseStray(payment, intentId)
    await paymentProcess.recheck(payment, payment.intentId ?? intentId)
  })
}

type CapturesDeps = {
  db: Db
  payments: Pick<Payments, 'givenUpOf'>
  paymentProcess: Pick<PaymentProcess, 'recheck'>
  stripe: Pick<StripePort, 'capturedSince'>
}

/** How far a look at captures came: replicas and restarts go on from there. */
type Progress = { _id: 'captures at Stripe'; seenUntil: Date }

/** What Stripe lists a little late. */
const captureOverlapMs = 60_000

/**
 * Finds money that was taken, say by hand in Stripe's dashboard, for a payment that was given up, so that it goes back: by the
 * list of Stripe's events, which has what no webhook told, from the last capture that was seen on, however long ago that is.
 * A webhook would come with every purchase, of which it tells nothing new.
 */
export const createCaptureReconciler = ({ db, payments, paymentProcess, stripe }: CapturesDeps) => {
  const progress = db.collection<Progress>('reconciled')
  const _id = 'captures at Stripe'

  return async (now = timeNow()): Promise<void> => {
    const before = (await progress.findOne({ _id }))?.seenUntil
    const since = new Date(before ? before.getTime() - captureOverlapMs : now.getTime() - firstLookMs)
    let seenUntil = before
    let after: string | undefined
    do {
      const { captures, next } = await stripe.capturedSince(since, after)
      const intentOf = new Map(captures.flatMap(({ paymentId: id, intentId }) => (id ? [[id, intentId] as const] : [])))
      // One read for a hundred purchases, which as a rule finds none.
      await forEachOf('capture at Stripe', await payments.givenUpOf([...intentOf.keys()]), (payment) =>
        paymentProcess.recheck(payment, payment.intentId ?? intentOf.get(payment.id)),
      )
      // The first page has the latest.
      if (captures[0] && (!seenUntil || captures[0].at > seenUntil)) seenUntil = captures[0].at
      after = next
    } while (after !== undefined)
    // Only once all of it was looked through; by Stripe's own clock, which no other has to agree with.
    if (seenUntil && seenUntil !== before) await progress.updateOne({ _id }, { $max: { seenUntil } }, { upsert: true })
  }
}
