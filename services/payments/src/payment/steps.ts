import {
  type Failure,
  OrderNotPayableError,
  orderNotPayable,
  type Payment,
  PaymentUnderWayError,
  type Status,
  unknownMethod,
} from '../domain/payment.ts'
import type { Orders } from '../peers/orders.ts'
import type { Intent, StripePort, StripeResult } from '../stripe/payment-intents.ts'
import type { Payments } from './store.ts'

export type StepDeps = { payments: Payments; stripe: StripePort; orders: Orders; now?: (() => Date) | undefined }
type WithIntent = Payment & { intentId: string }

const authorisationEnded: Failure = {
  code: 'authorisation_ended',
  message: 'Your bank no longer holds the amount for this payment',
}
const authenticationRequired: Failure = {
  code: 'authentication_required',
  message: 'Your bank asks you to confirm this payment; please use another card',
}

export const hasIntent = (payment: Payment): payment is WithIntent => payment.intentId !== undefined

/** The same step of the same payment is the same request to Stripe, unless Stripe kept a failure of its own under it. */
export const keyOf = (step: string, { id, keyGeneration }: Payment) =>
  keyGeneration === 0 ? `${step}:${id}` : `${step}:${id}:${keyGeneration}`

/** For the log: never a client secret. */
const inShort = (told: Exclude<StripeResult, { as: 'unknown' }>) =>
  told.as === 'told' ? told.intent.status : `${told.as}, ${told.failure.code}`

/** What Stripe says is true. */
export const askTruth = async (stripe: StripePort, { intentId }: WithIntent): Promise<Intent> => {
  const told = await stripe.intent(intentId)
  if (told.as === 'told') return told.intent
  throw new PaymentUnderWayError({ cause: told.as === 'unknown' ? told.cause : new Error(`Stripe: ${inShort(told)}`) })
}

/**
 * One step from each status: asks Stripe or the order under a key or an id that makes repeating it harmless, then writes
 * what came of it. A step that stays in its status has learnt something, or waits for the buyer.
 */
export const createSteps = ({ payments, stripe, orders, now = () => new Date() }: StepDeps) => {
  const isTooLate = ({ expiresAt }: Payment) => expiresAt <= now()
  const cancel = (payment: Payment, failure: Failure = orderNotPayable) =>
    payments.moveTo(payment, 'cancelling', { failure })
  const truth = (payment: WithIntent, told: StripeResult) =>
    told.as === 'told' ? told.intent : askTruth(stripe, payment)

  /** Nobody knows yet. A failure that Stripe keeps under the key is asked about under another one next time. */
  const underWay = async (payment: Payment, told: StripeResult): Promise<PaymentUnderWayError> => {
    if (told.as !== 'unknown') return new PaymentUnderWayError({ cause: new Error(`Stripe: ${inShort(told)}`) })
    if (told.isKept) await payments.note(payment, { keyGeneration: payment.keyGeneration + 1 })
    return new PaymentUnderWayError({ cause: told.cause })
  }

  /** The intent is known here before a card can be charged through it, so that no answer that is lost loses money. */
  const openIntent = async (payment: Payment): Promise<Payment> => {
    const { id: paymentId, orderId, attempt, amountCents, currency, keyGeneration } = payment
    const key = `pay:${orderId}:${attempt}${keyGeneration === 0 ? '' : `:${keyGeneration}`}`
    const told = await stripe.open({ amountCents, currency, orderId, paymentId, key })
    if (told.as === 'told') return payments.note(payment, { intentId: told.intent.id })
    if (told.as === 'refused') return cancel(payment, told.failure)
    throw await underWay(payment, told)
  }

  const authorised = async (payment: Payment): Promise<Payment> => {
    try {
      return await payments.moveTo(payment, 'authorised')
    } catch (error) {
      // Another payment of this order is ahead: this one's money is not needed.
      if (!(error instanceof OrderNotPayableError)) throw error
      return cancel(payment)
    }
  }

  const confirm = async (payment: Payment): Promise<Payment> => {
    if (isTooLate(payment)) return cancel(payment)
    if (!hasIntent(payment)) return openIntent(payment)
    const told = await stripe.confirm(payment.intentId, payment.paymentMethod ?? '', keyOf('confirm', payment))
    if (told.as === 'declined') return payments.moveTo(payment, 'failing', { failure: told.failure })
    if (told.as === 'refused' && told.param === 'payment_method') return cancel(payment, unknownMethod)
    const intent = await truth(payment, told)
    switch (intent.status) {
      case 'requires_capture':
      case 'succeeded':
        return authorised(payment)
      case 'canceled':
        return cancel(payment)
      case 'requires_action':
        return payments.moveTo(payment, 'failing', { failure: authenticationRequired })
      default:
        if (intent.failure) return payments.moveTo(payment, 'failing', { failure: intent.failure })
        if (told.as === 'refused') return cancel(payment, told.failure)
        throw await underWay(payment, told)
    }
  }

  const awaitMethod = async (payment: Payment): Promise<Payment> => {
    if (!hasIntent(payment)) return isTooLate(payment) ? cancel(payment) : openIntent(payment)
    const { status } = await askTruth(stripe, payment)
    if (status === 'requires_capture' || status === 'succeeded') return authorised(payment)
    if (status === 'canceled' || isTooLate(payment)) return cancel(payment)
    return payment
  }

  const settle = async (payment: Payment): Promise<Payment> => {
    const isGranted = await orders.settle(payment.orderId, payment.id)
    return isGranted ? payments.moveTo(payment, 'settled') : cancel(payment)
  }

  const capture = async (payment: Payment): Promise<Payment> => {
    if (!hasIntent(payment)) return payments.moveTo(payment, 'captured')
    const told = await stripe.capture(payment.intentId, keyOf('capture', payment))
    const { status } = await truth(payment, told)
    if (status === 'succeeded') return payments.moveTo(payment, 'captured')
    if (told.as === 'declined' || told.as === 'refused')
      return payments.moveTo(payment, 'failing', { failure: told.failure })
    if (status === 'canceled') return payments.moveTo(payment, 'failing', { failure: authorisationEnded })
    throw await underWay(payment, told)
  }

  const complete = async (payment: Payment): Promise<Payment> => {
    const isCompleted = await orders.complete(payment.orderId, payment.id)
    return payments.moveTo(payment, isCompleted ? 'completed' : 'refunding')
  }

  /** Gives up what the card may still hold, unless money moved meanwhile: then it goes back. */
  const release = async (payment: Payment, to: 'failed' | 'cancelled'): Promise<Payment> => {
    if (!hasIntent(payment)) return payments.moveTo(payment, to)
    const told = await stripe.cancel(payment.intentId, keyOf('cancel', payment))
    const { status } = await truth(payment, told)
    if (status === 'canceled') return payments.moveTo(payment, to)
    if (status === 'succeeded') return payments.moveTo(payment, 'refunding')
    throw await underWay(payment, told)
  }

  const fail = async (payment: Payment): Promise<Payment> => {
    await orders.fail(payment.orderId, payment.id)
    return release(payment, 'failed')
  }

  const refund = async (payment: Payment): Promise<Payment> => {
    // A bank that has decided for the buyer leaves nothing to be given back.
    if (!hasIntent(payment) || payment.dispute?.status === 'lost') return payments.moveTo(payment, 'refunded')
    const told = await stripe.refund(payment.intentId, keyOf('refund', payment), payment.refund?.reason)
    const { isRefunded } = await truth(payment, told)
    if (isRefunded) return payments.moveTo(payment, 'refunded')
    throw await underWay(payment, told)
  }

  return {
    awaiting_method: awaitMethod,
    started: confirm,
    authorised: settle,
    settled: capture,
    captured: complete,
    failing: fail,
    cancelling: (payment) => release(payment, 'cancelled'),
    refunding: refund,
  } satisfies { [S in Status]?: (payment: Payment) => Promise<Payment> }
}
