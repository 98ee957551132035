import type Stripe from 'stripe'
import { type ErrorBody, refused, unexpectedState } from '../errors.ts'
import { chargeOf, happening, intentOf, type NewIntent, type Outcome, type World } from '../shapes.ts'
import { authenticationRequired, type Decline, type TestCard } from './cards.ts'
import { withDispute } from './disputes.ts'

/** A PaymentMethod and the test card behind it. */
export type Method = {
  method: Stripe.PaymentMethod
  card: TestCard
}

export type Confirmation = Partial<Method> & {
  returnUrl?: string | undefined
  offSession?: boolean | undefined
  errorOnRequiresAction?: boolean | undefined
  /** A decline asked for through the control API, whatever the card. */
  decline?: Decline | undefined
}

export const open = (asked: NewIntent, attached: Method | undefined, world: World): Outcome => {
  const draft = intentOf(asked, world)
  const intent: Stripe.PaymentIntent = attached
    ? { ...draft, payment_method: attached.method.id, status: 'requires_confirmation' }
    : draft
  return { intent, touched: [intent], happenings: [happening('payment_intent.created', intent)] }
}

const confirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action']

const assertConfirmable = (intent: Stripe.PaymentIntent) => {
  if (confirmable.includes(intent.status)) return
  throw unexpectedState(
    intent,
    intent.status === 'succeeded'
      ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
      : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: ${confirmable.join(', ')}.`,
  )
}

/** Stripe refuses to confirm from a server when a method enabled in the Dashboard could send the buyer elsewhere. */
const assertNoRedirect = (intent: Stripe.PaymentIntent, returnUrl: string | undefined) => {
  const automatic = intent.automatic_payment_methods
  if (returnUrl || !automatic?.enabled || automatic.allow_redirects === 'never') return
  throw refused(
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
  )
}

const decline = (intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, why: Decline, world: World): Outcome => {
  const charge = chargeOf(intent, method, why, world)
  const error: ErrorBody = {
    type: 'card_error',
    code: why.code,
    message: why.message,
    charge: charge.id,
    payment_method: method,
    ...(why.declineCode ? { decline_code: why.declineCode } : {}),
    ...(why.param ? { param: why.param } : {}),
  }
  const failed: Stripe.PaymentIntent = {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    latest_charge: charge.id,
    last_payment_error: lastError(error),
  }
  return {
    intent: failed,
    touched: [failed, charge],
    happenings: [happening('charge.failed', charge), happening('payment_intent.payment_failed', failed)],
    declined: { ...error, payment_intent: failed },
  }
}

const lastError = ({ payment_intent: _, ...error }: ErrorBody): Stripe.PaymentIntent.LastPaymentError => error

const authorise = (intent: Stripe.PaymentIntent, { method, card }: Method, world: World): Outcome => {
  const authorised = chargeOf(intent, method, undefined, world)
  if (intent.capture_method === 'manual') {
    const held: Stripe.PaymentIntent = {
      ...intent,
      status: 'requires_capture',
      next_action: null,
      amount_capturable: intent.amount,
      latest_charge: authorised.id,
    }
    return {
      intent: held,
      touched: [held, authorised],
      happenings: [
        happening('charge.succeeded', authorised),
        happening('payment_intent.amount_capturable_updated', held),
      ],
    }
  }
  const charge: Stripe.Charge = { ...authorised, captured: true, amount_captured: intent.amount }
  const paid: Stripe.PaymentIntent = {
    ...intent,
    status: 'succeeded',
    next_action: null,
    amount_received: intent.amount,
    latest_charge: charge.id,
  }
  const outcome: Outcome = {
    intent: paid,
    touched: [paid, charge],
    happenings: [happening('charge.succeeded', charge), happening('payment_intent.succeeded', paid)],
  }
  return withDispute(outcome, charge, card.disputeReason, world)
}

const nextAction = (intent: Stripe.PaymentIntent, returnUrl: string | undefined): Stripe.PaymentIntent.NextAction =>
  returnUrl
    ? {
        type: 'redirect_to_url',
        redirect_to_url: {
          return_url: returnUrl,
          url: `https://hooks.stripe.com/3d_secure_2/hosted?intent=${intent.id}`,
        },
      }
    : { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } }

const attempt = (intent: Stripe.PaymentIntent, using: Method, asked: Confirmation, world: World): Outcome => {
  const refusal = asked.decline ?? using.card.decline
  if (using.card.authenticates && !asked.decline) {
    if (asked.offSession || asked.errorOnRequiresAction) {
      return decline(intent, using.method, authenticationRequired, world)
    }
    const waiting: Stripe.PaymentIntent = {
      ...intent,
      status: 'requires_action',
      next_action: nextAction(intent, asked.returnUrl),
    }
    return { intent: waiting, touched: [waiting], happenings: [happening('payment_intent.requires_action', waiting)] }
  }
  return refusal ? decline(intent, using.method, refusal, world) : authorise(intent, using, world)
}

/** Confirms with the PaymentMethod that is given, which is the attached one unless another was named. */
export const confirm = (intent: Stripe.PaymentIntent, asked: Confirmation, world: World): Outcome => {
  assertConfirmable(intent)
  assertNoRedirect(intent, asked.returnUrl)
  const { method, card } = asked
  if (!method || !card) {
    throw unexpectedState(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    )
  }
  const attached: Stripe.PaymentIntent = { ...intent, payment_method: method.id, last_payment_error: null }
  return attempt(attached, { method, card }, asked, world)
}

/** The buyer came back from the bank's page. */
export const authenticate = (intent: Stripe.PaymentIntent, using: Method, passed: boolean, world: World): Outcome => {
  if (intent.status !== 'requires_action') {
    throw unexpectedState(intent, `This PaymentIntent has a status of ${intent.status}; no authentication is pending.`)
  }
  if (passed) return attempt(intent, { ...using, card: { ...using.card, authenticates: false } }, {}, world)
  const failed: Stripe.PaymentIntent = {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    last_payment_error: {
      type: 'invalid_request_error',
      code: 'payment_intent_authentication_failure',
      message:
        'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
      payment_method: using.method,
    },
  }
  return { intent: failed, touched: [failed], happenings: [happening('payment_intent.payment_failed', failed)] }
}
