import { type Payment, PaymentUnderWayError } from '../domain/payment.ts'
import type { Orders } from '../peers/orders.ts'
import type { Intent, StripePort, StripeResult } from '../stripe/payment-intents.ts'
import type { Payments } from './store.ts'

export type StepDeps = { payments: Payments; stripe: StripePort; orders: Orders; now?: (() => Date) | undefined }
export type Step = (deps: StepDeps, payment: Payment) => Promise<Payment>
type WithIntent = Payment & { intentId: string }

export const hasIntent = (payment: Payment): payment is WithIntent => payment.intentId !== undefined

/** The same step of the same payment is the same request to Stripe, unless Stripe kept a failure of its own under it. */
export const keyOf = (step: string, { id, keyGeneration }: Payment) =>
  keyGeneration === 0 ? `${step}:${id}` : `${step}:${id}:${keyGeneration}`

/** For the log: never a client secret. */
const inShort = (result: Exclude<StripeResult, { as: 'unknown' }>) =>
  result.as === 'answered' ? result.intent.status : `${result.as}, ${result.failure.code}`

const causeOf = (result: StripeResult): unknown =>
  result.as === 'unknown' ? result.cause : new Error(`Stripe: ${inShort(result)}`)

/**
 * The intent as Stripe has it now.
 * @throws PaymentUnderWayError when Stripe does not answer
 */
export const retrieveIntent = async (stripe: StripePort, { intentId }: WithIntent): Promise<Intent> => {
  const result = await stripe.intent(intentId)
  if (result.as === 'answered') return result.intent
  throw new PaymentUnderWayError({ cause: causeOf(result) })
}

/** The intent that a call returned, or that Stripe has when the call returned none. */
export const intentAfter = async (stripe: StripePort, payment: WithIntent, result: StripeResult): Promise<Intent> =>
  result.as === 'answered' ? result.intent : retrieveIntent(stripe, payment)

/**
 * Stores what the next attempt needs: the intent, and another key where Stripe stored a failure of its own under this one.
 * @returns the error that says that the end is not known yet
 */
export const underWay = async (
  { payments }: Pick<StepDeps, 'payments'>,
  payment: Payment,
  result: StripeResult,
  intentId: string | undefined = payment.intentId,
): Promise<PaymentUnderWayError> => {
  const isKept = result.as === 'unknown' && result.isKept
  if (isKept || intentId !== payment.intentId) {
    const keyGeneration = payment.keyGeneration + (isKept ? 1 : 0)
    await payments.note(payment, { keyGeneration, ...(intentId === undefined ? {} : { intentId }) })
  }
  return new PaymentUnderWayError({ cause: causeOf(result) })
}
