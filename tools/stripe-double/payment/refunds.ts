import type Stripe from 'stripe'
import { noSuch, refused } from '../errors.ts'
import { type Happening, refundOf, type StoredObject, type World } from '../shapes.ts'
import { isHeldBack } from './disputes.ts'

export type RefundRequest = {
  amount: number | undefined
  reason: Stripe.Refund.Reason | null
  metadata: Record<string, string>
}

export type Refunded = {
  refund: Stripe.Refund
  touched: StoredObject[]
  happenings: Happening[]
}

/** The charge that a refund of an intent is about. */
export const refundable = (intent: Stripe.PaymentIntent, charge: Stripe.Charge | undefined): Stripe.Charge => {
  if (charge?.captured) return charge
  throw refused(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`)
}

export const refund = (
  charge: Stripe.Charge,
  dispute: Stripe.Dispute | undefined,
  asked: RefundRequest,
  world: World,
): Refunded => {
  if (charge.status === 'failed') throw noSuch('charge', charge.id, 'charge', 400)
  if (!charge.captured) throw refused(`Charge ${charge.id} has not been captured; cancel its PaymentIntent instead.`)
  if (isHeldBack(dispute)) {
    throw refused(`Charge ${charge.id} has been charged back; cannot issue a refund.`, { code: 'charge_disputed' })
  }
  // What was released at a partial capture shows as refunded, too, so that the rest counts from the whole amount.
  const rest = charge.amount - charge.amount_refunded
  if (rest === 0) {
    throw refused(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' })
  }
  const amount = asked.amount ?? rest
  if (amount < 1) throw refused('Invalid positive integer', { code: 'parameter_invalid_integer', param: 'amount' })
  if (amount > rest) {
    throw refused(`Refund amount (${amount}) is greater than unrefunded amount on charge (${rest}).`, {
      param: 'amount',
    })
  }
  const after: Stripe.Charge = {
    ...charge,
    amount_refunded: charge.amount_refunded + amount,
    refunded: amount === rest,
  }
  const made = refundOf(charge, amount, asked, world)
  return {
    refund: made,
    touched: [after, made],
    happenings: [
      { type: 'refund.created', object: made },
      { type: 'charge.refunded', object: after },
    ],
  }
}
