import { now as timeNow } from '@fairpass/sdk/clock'
import {
  type Failure,
  OrderNotPayableError,
  orderNotPayable,
  type Payment,
  PaymentUnderWayError,
  type Status,
  unknownMethod,
} from '../domain/payment.ts'
import type { Intent, StripeResult } from '../stripe/payment-intents.ts'
import { hasIntent, keyOf, retrieveIntent, type Step, type StepDeps, underWay } from './intent.ts'
import { cancelPayment, failPayment, refundPayment } from './undo.ts'

const authorisationEnded: Failure = {
  code: 'authorisation_ended',
  message: 'Your bank no longer holds the amount for this payment',
}
const authenticationRequired: Failure = {
  code: 'authentication_required',
  message: 'Your bank asks you to confirm this payment; please use another card',
}

const isTooLate = ({ now = timeNow }: StepDeps, { expiresAt }: Payment) => expiresAt <= now()

const abandon = ({ payments }: StepDeps, payment: Payment, failure = orderNotPayable, intentId = payment.intentId) =>
  payments.moveTo(payment, 'cancelling', { failure, intentId })

/** Stripe keeps keys for a day: https://docs.stripe.com/api/idempotent_requests */
const keysForMs = 23 * 3_600_000
const isKeyForgotten = ({ now = timeNow }: StepDeps, { createdAt }: Payment) =>
  now().getTime() - createdAt.getTime() > keysForMs

/** What was requested of this card before, by a process that died or whose answer was lost. */
const intentBefore = async (deps: StepDeps, payment: Payment): Promise<Intent | undefined> => {
  const { stripe } = deps
  if (hasIntent(payment)) return retrieveIntent(stripe, payment)
  const mustKnow = isKeyForgotten(deps, payment)
  const isRepeated = payment.lease.attempts > 0 || payment.keyGeneration > 0
  if (!mustKnow && !isRepeated) return undefined
  const found = await stripe.find(payment.id)
  // Asked again under a key that is forgotten, Stripe would charge again what it may have charged.
  if (mustKnow && found.as === 'unknown') throw new PaymentUnderWayError({ cause: found.cause })
  return found.intent
}

const isUnconfirmed = ({ status, failure }: Intent) =>
  !failure && (status === 'requires_payment_method' || status === 'requires_confirmation')

/** Asks the card to hold the amount, once: an earlier request is searched for, then repeated under the same key. */
const authorise = async (deps: StepDeps, payment: Payment): Promise<StripeResult> => {
  const { stripe } = deps
  const { id: paymentId, orderId, amountCents, currency, paymentMethod = '' } = payment
  const known = await intentBefore(deps, payment)
  // Opened without a card by a version of this service that asked in two calls.
  if (known && isUnconfirmed(known)) return stripe.confirm(known.id, paymentMethod, keyOf('confirm', payment))
  if (known) return { as: 'answered', intent: known }
  return stripe.authorise({
    ...{ amountCents, currency, orderId, paymentId, paymentMethod },
    key: keyOf('authorise', payment),
  })
}

/** Takes what the card holds. `via` are the statuses that are passed on the way, and written together with the next one. */
const capture = async (
  deps: StepDeps,
  payment: Payment,
  via: Status[] = [],
  intentId = payment.intentId,
): Promise<Payment> => {
  const { payments, stripe } = deps
  const moveOn = (to: Status, failure?: Failure) =>
    payments.moveThrough(payment, [...via, to], { intentId, ...(failure ? { failure } : {}) })
  if (intentId === undefined) return moveOn('captured')
  const result = await stripe.capture(intentId, keyOf('capture', payment))
  const seen = result.as === 'answered' ? result : await stripe.intent(intentId)
  // Its id is kept: an answer may come after a day, when the key that leads to it is forgotten.
  if (seen.as !== 'answered') throw await underWay(deps, payment, result, intentId)
  const { status } = seen.intent
  if (status === 'succeeded') return moveOn('captured')
  if (result.as === 'declined' || result.as === 'refused') return moveOn('failing', result.failure)
  if (status === 'canceled') return moveOn('failing', authorisationEnded)
  throw await underWay(deps, payment, result, intentId)
}

/** Nothing is taken before the order has agreed to wait for this payment alone. */
const settleAndCapture = async (
  deps: StepDeps,
  payment: Payment,
  via: Status[] = [],
  intentId = payment.intentId,
): Promise<Payment> => {
  const isGranted = await deps.orders.settle(payment.orderId, payment.id)
  if (isGranted) return capture(deps, payment, [...via, 'settled'], intentId)
  return deps.payments.moveThrough(payment, [...via, 'cancelling'], { failure: orderNotPayable, intentId })
}

/** From the card to the captured money in one go: whatever stops it, the next try asks the same again and goes on. */
const authorisePayment: Step = async (deps, payment) => {
  const { payments, stripe, orders } = deps
  const fail = (failure: Failure, intentId = payment.intentId) =>
    payments.moveTo(payment, 'failing', { failure, intentId })
  // An order that has agreed to this payment waits for it, however late it is.
  if (isTooLate(deps, payment) && !(await orders.settle(payment.orderId, payment.id)))
    return abandon(deps, payment, orderNotPayable, payment.intentId ?? (await stripe.find(payment.id)).intent?.id)
  const result = await authorise(deps, payment)
  if (result.as === 'declined') return fail(result.failure, result.intentId)
  if (result.as === 'refused')
    return abandon(deps, payment, result.param === 'payment_method' ? unknownMethod : result.failure)
  const { intent } = result.as === 'answered' ? result : await stripe.find(payment.id)
  if (!intent) throw await underWay(deps, payment, result)
  switch (intent.status) {
    case 'requires_capture':
    case 'succeeded':
      return settleAndCapture(deps, payment, ['authorised'], intent.id)
    case 'canceled':
      return abandon(deps, payment, orderNotPayable, intent.id)
    case 'requires_action':
      return fail(authenticationRequired, intent.id)
    default:
      if (intent.failure) return fail(intent.failure, intent.id)
      throw await underWay(deps, payment, result)
  }
}

/** The form in the browser needs an intent without a card. */
const createIntent: Step = async (deps, payment) => {
  const { id: paymentId, orderId, attempt, amountCents, currency, keyGeneration } = payment
  const key = `pay:${orderId}:${attempt}${keyGeneration === 0 ? '' : `:${keyGeneration}`}`
  const result = await deps.stripe.create({ amountCents, currency, orderId, paymentId, key })
  if (result.as === 'answered') return deps.payments.note(payment, { intentId: result.intent.id })
  if (result.as === 'refused') return abandon(deps, payment, result.failure)
  throw await underWay(deps, payment, result)
}

const awaitMethod: Step = async (deps, payment) => {
  if (!hasIntent(payment)) return isTooLate(deps, payment) ? abandon(deps, payment) : createIntent(deps, payment)
  const { status } = await retrieveIntent(deps.stripe, payment)
  if (status === 'requires_capture' || status === 'succeeded') {
    try {
      // Written by itself: from here no other payment of the order may take money.
      return await deps.payments.moveTo(payment, 'authorised')
    } catch (error) {
      // Another payment of this order is ahead: this one's money is not needed.
      if (!(error instanceof OrderNotPayableError)) throw error
      return abandon(deps, payment)
    }
  }
  if (status === 'canceled' || isTooLate(deps, payment)) return abandon(deps, payment)
  return payment
}

const completeOrder: Step = async ({ payments, orders }, payment) => {
  const isCompleted = await orders.complete(payment.orderId, payment.id)
  return payments.moveTo(payment, isCompleted ? 'completed' : 'refunding')
}

/**
 * One step from each status: asks Stripe or the order under a key or an id that makes repeating it harmless, then writes
 * what came of it. A step that stays in its status has learnt something, or waits for the buyer.
 */
export const stepFrom = {
  awaiting_method: awaitMethod,
  started: authorisePayment,
  authorised: (deps, payment) => settleAndCapture(deps, payment),
  settled: (deps, payment) => capture(deps, payment),
  captured: completeOrder,
  failing: failPayment,
  cancelling: cancelPayment,
  refunding: refundPayment,
} satisfies { [S in Status]?: Step }
