import { now as timeNow } from '@fairpass/sdk/clock'
import { readWithinMs } from '@fairpass/sdk/mongo'
import { forEachOf } from '@fairpass/sdk/run-periodically'
import { inSpan, type Log } from '@fairpass/sdk/telemetry'
import type { Db } from 'mongodb'
import { isGivenUp, isUnfinished, type Payment } from '../domain/payment.ts'
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
  payments: Pick<Payments, 'atOddsWith'>
  paymentProcess: Pick<PaymentProcess, 'recheck' | 'releaseStray'>
  stripe: Pick<StripePort, 'capturedBetween'>
}

/** How far the captures of Stripe were looked through: replicas and restarts go on from there. */
type Progress = { _id: 'captures at Stripe'; seenUntil: Date }
type Span = { from: Date; until?: Date | undefined }
type CapturePage = Awaited<ReturnType<StripePort['capturedBetween']>>

/** What Stripe lists a little late. */
const captureOverlapMs = 60_000
/** Of more than a page, so much is looked through at once. */
const spanMs = 3_600_000

/** From the earliest on, so that what was looked through is noted; the last has no end, since Stripe's clock is another one. */
const spansSince = (since: Date, now: Date): Span[] => {
  const starts = [since]
  for (let from = since.getTime(); now.getTime() - from > spanMs; from += spanMs) starts.push(new Date(from + spanMs))
  return starts.map((from, nth) => ({ from, until: starts[nth + 1] }))
}

const earlierOf = (one: Date | undefined, other: Date | undefined) =>
  one && other ? (one < other ? one : other) : (one ?? other)

/**
 * What was taken for a payment without money, or by another intent than its own, goes back.
 * @returns whether it is certain by now what becomes of it
 */
const settleCapture = async (
  { paymentProcess }: Pick<CapturesDeps, 'paymentProcess'>,
  payment: Payment,
  intentId: string,
): Promise<boolean> => {
  if (isGivenUp(payment)) {
    await paymentProcess.recheck(payment, intentId)
    return true
  }
  if (payment.intentId === intentId) return true
  if (isUnfinished(payment)) return false
  await paymentProcess.releaseStray(payment, intentId)
  return true
}

type Looked = { latest?: Date | undefined; undecided?: Date | undefined }

/** Looks through a page of captures, and through those after it. */
const lookThrough = async (deps: CapturesDeps, span: Span, first: CapturePage): Promise<Looked> => {
  const looked: Looked = {}
  const failures: unknown[] = []
  let page: CapturePage | undefined = first
  while (page) {
    const { captures, next }: CapturePage = page
    // One read for a hundred purchases, which finds those under way and as a rule none besides.
    const found = new Map((await deps.payments.atOddsWith(captures)).map((payment) => [payment.id, payment]))
    const odd = captures.flatMap((capture) => {
      const payment = found.get(capture.paymentId)
      return payment ? [{ ...capture, payment }] : []
    })
    await forEachOf('capture at Stripe', odd, async ({ payment, intentId, at }) => {
      if (!(await settleCapture(deps, payment, intentId))) looked.undecided = earlierOf(looked.undecided, at)
    }).catch((error: unknown) => failures.push(error))
    for (const { at } of captures) if (!looked.latest || at > looked.latest) looked.latest = at
    page = next === undefined ? undefined : await deps.stripe.capturedBetween(span.from, span.until, next)
  }
  if (failures.length > 0) throw failures[0]
  return looked
}

/**
 * Finds money that was taken, say by hand in Stripe's dashboard, for a payment that has none, so that it goes back: by the
 * list of Stripe's events, which has what no webhook told, from where everything was decided on, however long ago that is.
 * A webhook would come with every purchase, of which it tells nothing new.
 */
export const createCaptureReconciler = (deps: CapturesDeps) => {
  const { capturedBetween } = deps.stripe
  const progress = deps.db.collection<Progress>('reconciled')
  const _id = 'captures at Stripe'

  return async (now = timeNow()): Promise<void> => {
    const before = (await progress.findOne({ _id }, { maxTimeMS: readWithinMs }))?.seenUntil
    const since = new Date(before ? before.getTime() - captureOverlapMs : now.getTime() - firstLookMs)
    const newest = await capturedBetween(since)
    const spans = newest.next === undefined ? [{ from: since }] : spansSince(since, now)
    let undecided: Date | undefined
    for (const span of spans) {
      const first = spans.length === 1 ? newest : await capturedBetween(span.from, span.until)
      const looked = await lookThrough(deps, span, first)
      undecided = earlierOf(undecided, looked.undecided)
      // By Stripe's own clock, which no other has to agree with.
      const seenUntil = looked.latest && earlierOf(undecided, looked.latest)
      if (seenUntil && (!before || seenUntil > before))
        await progress.updateOne({ _id }, { $max: { seenUntil } }, { upsert: true })
    }
  }
}
