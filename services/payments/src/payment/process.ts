import { VersionConflictError } from '@fairpass/sdk/errors'
import {
  isUnfinished,
  orderNotPayable,
  type Payment,
  PaymentUnderWayError,
  refundedAtStripe,
} from '../domain/payment.ts'
import { askTruth, createSteps, hasIntent, keyOf, type StepDeps } from './steps.ts'

/** The longest way takes seven steps; the rest is for what another replica was quicker with. */
const maxSteps = 24

/**
 * Carries payments to their end from wherever they are: stopped between any two steps, by `kill -9` even, doing it again
 * leads to the same end. Replicas may carry the same payment at once.
 */
export const createPaymentProcess = ({ payments, stripe, orders, now }: StepDeps) => {
  const stepFrom = createSteps({ payments, stripe, orders, now })

  const run = async (id: string): Promise<Payment> => {
    for (let step = 1; step <= maxSteps; step++) {
      const payment = await payments.find(id)
      if (!payment) throw new Error(`there is no payment ${id}`)
      if (!isUnfinished(payment)) return payment
      try {
        const next = await stepFrom[payment.status](payment)
        if (!isUnfinished(next) || next.status === 'awaiting_method') return next
      } catch (error) {
        // Somebody else moved it: on from there.
        if (!(error instanceof VersionConflictError)) throw error
      }
    }
    throw new PaymentUnderWayError()
  }

  const running = new Map<string, Promise<Payment>>()

  const begin = (id: string): Promise<Payment> => {
    const going = run(id).finally(() => running.delete(id))
    running.set(id, going)
    return going
  }

  /**
   * Carries a payment to its end, or to where it waits for the buyer; once at a time in this process.
   * @throws PaymentUnderWayError, or ServiceUnavailableError of the orders service, when the end is not known yet
   */
  const advance = async (id: string): Promise<Payment> => {
    const known = running.get(id)
    if (!known) return begin(id)
    const payment = await known
    // It may have looked before the buyer gave the card that this call is about.
    return payment.status === 'awaiting_method' ? (running.get(id) ?? begin(id)) : payment
  }

  /** Looks at what Stripe says of a payment that was given up: money that came nevertheless goes back. */
  const recheck = async (payment: Payment): Promise<Payment> => {
    const isGivenUp = payment.status === 'failed' || payment.status === 'cancelled'
    if (!isGivenUp || !hasIntent(payment)) return payment
    const { status } = await askTruth(stripe, payment)
    if (status === 'succeeded') {
      await payments.moveTo(payment, 'refunding')
      return advance(payment.id)
    }
    if (status !== 'canceled') await stripe.cancel(payment.intentId, keyOf('cancel', payment))
    return payment
  }

  /**
   * Follows what was given back at Stripe without anybody asking here: all of it ends the sale, a part leaves it standing
   * with so much less for its seller.
   */
  const followRefunds = async (payment: Payment): Promise<Payment> => {
    if (payment.status !== 'completed' || !hasIntent(payment)) return payment
    const { isRefunded, refundedCents } = await askTruth(stripe, payment)
    if (isRefunded) {
      const refund = { reason: refundedAtStripe, at: (now ?? (() => new Date()))() }
      await payments.moveTo(payment, 'refunding', { refund })
      return advance(payment.id)
    }
    return refundedCents > (payment.refundedCents ?? 0) ? payments.noteRefundInPart(payment, refundedCents) : payment
  }

  /** Gives up a payment that waits for a card. The caller is not kept waiting; the reconciler does what is left. */
  const abandon = async (payment: Payment): Promise<void> => {
    await payments.moveTo(payment, 'cancelling', { failure: orderNotPayable })
    void advance(payment.id).catch(() => {})
  }

  return { advance, recheck, followRefunds, abandon }
}

export type PaymentProcess = ReturnType<typeof createPaymentProcess>
