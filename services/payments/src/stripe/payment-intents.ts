import { runtime } from '@fairpass/sdk/runtime'
import Stripe from 'stripe'
import type { Failure } from '../domain/payment.ts'
import { createStripeLists, idOf, type StripeLists } from './lists.ts'

/** What matters of a PaymentIntent. */
export type Intent = {
  id: string
  status: Stripe.PaymentIntent.Status
  clientSecret: string | undefined
  /** why the last card was declined */
  failure?: Failure
  /** the captured charge was given back; known only when asked for by `intent` and `refund` */
  isRefunded: boolean
  /** how much of the captured charge was given back; known as `isRefunded` is */
  refundedCents: number
  /** the charge of the card that was used last */
  chargeId: string | undefined
}

/** How Stripe answered. `unknown` says nothing about what happened there: the caller has to ask `intent`. */
export type StripeResult =
  | { as: 'answered'; intent: Intent }
  | { as: 'declined'; failure: Failure; intentId: string | undefined }
  | { as: 'refused'; code: string | undefined; param: string | undefined; failure: Failure }
  /** `isKept`: Stripe keeps this failure as its answer to the idempotency key, and repeats it without trying again */
  | { as: 'unknown'; isKept: boolean; cause: unknown }

/** What Stripe's search answered, if it did; it sees what is new after up to a minute. */
type Found = { as: 'answered'; intent: Intent | undefined } | { as: 'unknown'; intent?: undefined; cause: unknown }

type NewIntent = { amountCents: number; currency: string; orderId: string; paymentId: string; key: string }

/** Stripe as payments uses it: every call bounded, every change under a key that makes repeating it harmless. */
export type StripePort = StripeLists & {
  /** Creates an intent without a card, for the form in the browser. */
  create: (intent: NewIntent) => Promise<StripeResult>
  /** Creates and confirms an intent in one call: afterwards the card holds the amount, and nothing is taken yet. */
  authorise: (intent: NewIntent & { paymentMethod: string }) => Promise<StripeResult>
  confirm: (intentId: string, paymentMethod: string, key: string) => Promise<StripeResult>
  intent: (intentId: string) => Promise<StripeResult>
  /** The intent of a payment whose id was never learnt, by its metadata. */
  find: (paymentId: string) => Promise<Found>
  capture: (intentId: string, key: string) => Promise<StripeResult>
  cancel: (intentId: string, key: string) => Promise<StripeResult>
  refund: (intentId: string, key: string, reason?: string) => Promise<StripeResult>
}

type Options = {
  secretKey: string
  /** where the local double listens; Stripe itself when there is none */
  apiUrl?: string | undefined
  timeoutMs?: number
}

const defaultTimeoutMs = 10_000

export const connectStripe = ({ secretKey, apiUrl, timeoutMs = defaultTimeoutMs }: Options): Stripe => {
  const url = apiUrl ? new URL(apiUrl) : undefined
  return new Stripe(secretKey, {
    timeout: timeoutMs,
    maxNetworkRetries: 1,
    telemetry: false,
    // It is this library that may try again, once and under an idempotency key, and not the runtime.
    httpClient: Stripe.createFetchHttpClient(runtime.fetchOnce),
    ...(url
      ? {
          host: url.hostname,
          port: url.port || (url.protocol === 'https:' ? 443 : 80),
          protocol: url.protocol === 'https:' ? 'https' : 'http',
        }
      : {}),
  })
}

const authenticationRequired =
  'Your bank asks you to confirm this payment, which is not possible in this way of paying; please use another card'

/** Stripe's message is meant for the buyer, and reveals neither a lost nor a stolen card. */
const failureOf = (code: string | undefined, declineCode: string | undefined, message: string | undefined): Failure => {
  // stripe-node gives an empty text where Stripe gives none.
  const reason = declineCode || code || 'card_declined'
  if (reason === 'authentication_required') return { code: reason, message: authenticationRequired }
  return { code: reason, message: message || 'Your card was declined.' }
}

const isRefunded = (charge: Stripe.PaymentIntent['latest_charge']) =>
  typeof charge === 'object' && charge !== null && charge.captured && charge.refunded

const refundedCents = (charge: Stripe.PaymentIntent['latest_charge']): number =>
  typeof charge === 'object' && charge !== null && charge.captured ? charge.amount_refunded : 0

const toIntent = (found: Stripe.PaymentIntent): Intent => {
  const failed = found.last_payment_error
  return {
    id: found.id,
    status: found.status,
    clientSecret: found.client_secret ?? undefined,
    isRefunded: isRefunded(found.latest_charge),
    refundedCents: refundedCents(found.latest_charge),
    chargeId: idOf(found.latest_charge),
    ...(failed ? { failure: failureOf(failed.code, failed.decline_code, failed.message) } : {}),
  }
}

/**
 * Whether Stripe keeps this failure under the idempotency key, and has ended whatever it did under it. A failure that was
 * not replayed yet may go away under the same key, and a key that is in use is still at work.
 */
export const isKeptAnswer = ({ headers, statusCode }: Stripe.errors.StripeError): boolean =>
  new Headers(headers).get('idempotent-replayed') === 'true' || statusCode === 400

const toStripeResult = (error: unknown): StripeResult => {
  const { StripeCardError, StripeError, StripeInvalidRequestError } = Stripe.errors
  if (error instanceof StripeCardError)
    return {
      as: 'declined',
      failure: failureOf(error.code, error.decline_code, error.message),
      intentId: error.payment_intent?.id,
    }
  if (error instanceof StripeInvalidRequestError) {
    const failure = { code: error.code ?? 'refused', message: 'This payment cannot be made by card' }
    return { as: 'refused', code: error.code, param: error.param, failure }
  }
  if (!(error instanceof StripeError)) throw error
  return { as: 'unknown', isKept: isKeptAnswer(error), cause: error }
}

const resultOf = async (answer: Promise<Stripe.PaymentIntent>): Promise<StripeResult> => {
  try {
    return { as: 'answered', intent: toIntent(await answer) }
  } catch (error) {
    return toStripeResult(error)
  }
}

const createParams = ({ amountCents, currency, orderId, paymentId }: NewIntent): Stripe.PaymentIntentCreateParams => ({
  amount: amountCents,
  currency,
  capture_method: 'manual',
  allowed_payment_method_types: ['card'],
  metadata: { orderId, paymentId },
  // The seller's transfers stand in the same group.
  transfer_group: paymentId,
})

/** Of several intents of one payment, the one that has moved money, or may. */
const furthest = (intents: Stripe.PaymentIntent[]): Stripe.PaymentIntent | undefined =>
  intents.find(({ status }) => status === 'succeeded') ??
  intents.find(({ status }) => status === 'requires_capture') ??
  intents[0]

const find = async ({ paymentIntents }: Stripe, paymentId: string): Promise<Found> => {
  const query = `metadata['paymentId']:'${paymentId}'`
  try {
    const { data } = await paymentIntents.search({ query, limit: 10, expand: ['data.latest_charge'] })
    const found = furthest(data)
    return { as: 'answered', intent: found && toIntent(found) }
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return { as: 'unknown', cause: error }
    throw error
  }
}

export const createStripePort = (stripe: Stripe): StripePort => {
  const { paymentIntents, refunds } = stripe
  const intent = (intentId: string) => resultOf(paymentIntents.retrieve(intentId, { expand: ['latest_charge'] }))
  return {
    ...createStripeLists(stripe),
    intent,
    find: (paymentId) => find(stripe, paymentId),
    create: (asked) => resultOf(paymentIntents.create(createParams(asked), { idempotencyKey: asked.key })),
    authorise: ({ paymentMethod, ...asked }) => {
      const confirmation = { confirm: true, payment_method: paymentMethod, error_on_requires_action: true }
      return resultOf(paymentIntents.create({ ...createParams(asked), ...confirmation }, { idempotencyKey: asked.key }))
    },
    confirm: (intentId, paymentMethod, key) =>
      resultOf(
        paymentIntents.confirm(
          intentId,
          { payment_method: paymentMethod, error_on_requires_action: true },
          { idempotencyKey: key },
        ),
      ),
    capture: (intentId, key) => resultOf(paymentIntents.capture(intentId, {}, { idempotencyKey: key })),
    cancel: (intentId, key) => resultOf(paymentIntents.cancel(intentId, {}, { idempotencyKey: key })),
    refund: async (intentId, key, reason) => {
      const why = reason === undefined ? {} : { reason: 'requested_by_customer' as const, metadata: { reason } }
      try {
        await refunds.create({ payment_intent: intentId, ...why }, { idempotencyKey: key })
      } catch (error) {
        return toStripeResult(error)
      }
      return intent(intentId)
    },
  }
}
