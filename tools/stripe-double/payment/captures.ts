import type Stripe from 'stripe'
import { type Answer, errorAnswer, refused, unexpectedState } from '../errors.ts'
import { happening, type Outcome, refundOf, type StoredObject, type World } from '../shapes.ts'
import type { Decline } from './cards.ts'
import { withDispute } from './disputes.ts'

/** What of an authorisation is given back to the buyer shows as refunded, though no money had moved. */
const release = (
  charge: Stripe.Charge,
  reason: Stripe.Refund.Reason | null,
  world: World,
): [Stripe.Charge, StoredObject[]] => {
  const rest = charge.amount - charge.amount_captured
  if (rest === 0) return [charge, [charge]]
  const released: Stripe.Charge = { ...charge, amount_refunded: rest, refunded: charge.amount_captured === 0 }
  return [released, [released, refundOf(charge, rest, { reason, metadata: {} }, world)]]
}

export const capture = (
  intent: Stripe.PaymentIntent,
  authorised: Stripe.Charge | undefined,
  amountToCapture: number | undefined,
  disputeReason: string | undefined,
  world: World,
): Outcome => {
  if (intent.status !== 'requires_capture' || !authorised) {
    throw unexpectedState(
      intent,
      intent.status === 'succeeded'
        ? 'This PaymentIntent could not be captured because it has already been captured.'
        : `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
    )
  }
  const amount = amountToCapture ?? intent.amount_capturable
  if (amount < 1 || amount > intent.amount_capturable) {
    throw refused('The amount_to_capture must be between 1 and the amount authorised.', {
      code: amount < 1 ? 'parameter_invalid_integer' : 'amount_too_large',
      param: 'amount_to_capture',
    })
  }
  const [charge, released] = release(
    { ...authorised, captured: true, amount_captured: amount },
    'partial_capture',
    world,
  )
  const paid: Stripe.PaymentIntent = { ...intent, status: 'succeeded', amount_capturable: 0, amount_received: amount }
  const outcome: Outcome = {
    intent: paid,
    touched: [paid, ...released],
    happenings: [happening('charge.captured', charge), happening('payment_intent.succeeded', paid)],
  }
  return withDispute(outcome, charge, disputeReason, world)
}

const cancellable = ['requires_payment_method', 'requires_capture', 'requires_confirmation', 'requires_action']

/** Ends the intent; an authorisation is given back. `automatic` is Stripe itself, because the authorisation ran out. */
export const cancel = (
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
  reason: Stripe.PaymentIntent.CancellationReason | null,
  world: World,
): Outcome => {
  if (!cancellable.includes(intent.status)) {
    throw unexpectedState(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: ${cancellable.join(', ')}.`,
    )
  }
  const ended: Stripe.PaymentIntent = {
    ...intent,
    status: 'canceled',
    amount_capturable: 0,
    canceled_at: world.nowSeconds,
    cancellation_reason: reason,
    next_action: null,
  }
  const happenings = [happening('payment_intent.canceled', ended)]
  if (intent.status !== 'requires_capture' || !charge) return { intent: ended, touched: [ended], happenings }
  const ranOut = reason === 'automatic'
  const [released, touched] = release(charge, ranOut ? 'expired_uncaptured_charge' : null, world)
  return {
    intent: ended,
    touched: [ended, ...touched],
    happenings: [happening(ranOut ? 'charge.expired' : 'charge.refunded', released), ...happenings],
  }
}

/** A capture that the issuer refuses takes nothing and leaves the authorisation as it was. */
export const refuseCapture = (intent: Stripe.PaymentIntent, why: Decline): Answer =>
  errorAnswer(402, {
    type: 'card_error',
    code: why.code,
    message: why.message,
    ...(why.declineCode ? { decline_code: why.declineCode } : {}),
    payment_intent: intent,
  })
