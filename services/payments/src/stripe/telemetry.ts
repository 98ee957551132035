import { inSpan, SpanKind, SpanStatusCode } from '@fairpass/sdk/telemetry'
import { stripeRequestSeconds } from '../metrics.ts'
import type { StripePort, StripeResult } from './payment-intents.ts'

/** Which call, and how Stripe answered it: no id, no card and no client secret. */
const seen = (name: string, call: () => Promise<StripeResult>): Promise<StripeResult> =>
  inSpan(`Stripe ${name}`, { kind: SpanKind.CLIENT }, async (span) => {
    const startedAt = performance.now()
    const result = await call()
    stripeRequestSeconds.observe({ call: name, outcome: result.as }, (performance.now() - startedAt) / 1000)
    span.setAttribute('stripe.outcome', result.as)
    if (result.as === 'unknown') span.setStatus({ code: SpanStatusCode.ERROR })
    return result
  })

/** The same Stripe, each of whose calls is seen in the trace that it belongs to. */
export const withTelemetry = (stripe: StripePort): StripePort => ({
  create: (intent) => seen('create', () => stripe.create(intent)),
  authorise: (intent) => seen('authorise', () => stripe.authorise(intent)),
  find: stripe.find,
  heldBefore: stripe.heldBefore,
  capturedBetween: stripe.capturedBetween,
  createdBetween: stripe.createdBetween,
  confirm: (intentId, paymentMethod, key) => seen('confirm', () => stripe.confirm(intentId, paymentMethod, key)),
  intent: (intentId) => seen('intent', () => stripe.intent(intentId)),
  capture: (intentId, key) => seen('capture', () => stripe.capture(intentId, key)),
  cancel: (intentId, key) => seen('cancel', () => stripe.cancel(intentId, key)),
  refundedSince: stripe.refundedSince,
  refund: (intentId, key, reason) => seen('refund', () => stripe.refund(intentId, key, reason)),
})
