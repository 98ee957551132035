import type { Payment } from '../domain/payment.ts'
import { hasIntent, intentAfter, keyOf, type Step, type StepDeps, underWay } from './intent.ts'

/** Gives up what the card may still hold, unless money moved meanwhile: then it goes back. */
const releaseHold = async (deps: StepDeps, payment: Payment, to: 'failed' | 'cancelled'): Promise<Payment> => {
  const { payments, stripe } = deps
  if (!hasIntent(payment)) return payments.moveTo(payment, to)
  const result = await stripe.cancel(payment.intentId, keyOf('cancel', payment))
  const { status } = await intentAfter(stripe, payment, result)
  if (status === 'canceled') return payments.moveTo(payment, to)
  if (status === 'succeeded') return payments.moveTo(payment, 'refunding')
  throw await underWay(deps, payment, result)
}

export const cancelPayment: Step = (deps, payment) => releaseHold(deps, payment, 'cancelled')

/** The order is notified first, so that its ticket is free as soon as the buyer reads the reason. */
export const failPayment: Step = async (deps, payment) => {
  await deps.orders.fail(payment.orderId, payment.id)
  return releaseHold(deps, payment, 'failed')
}

export const refundPayment: Step = async (deps, payment) => {
  const { payments, stripe } = deps
  // A bank that has decided for the buyer leaves nothing to be given back.
  if (!hasIntent(payment) || payment.dispute?.status === 'lost') return payments.moveTo(payment, 'refunded')
  const result = await stripe.refund(payment.intentId, keyOf('refund', payment), payment.refund?.reason)
  const { isRefunded } = await intentAfter(stripe, payment, result)
  if (isRefunded) return payments.moveTo(payment, 'refunded')
  throw await underWay(deps, payment, result)
}
