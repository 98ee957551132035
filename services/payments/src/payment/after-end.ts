import { now as timeNow } from '@fairpass/sdk/clock'
import { isGivenUp, isUnfinished, type Payment } from '../domain/payment.ts'
import { refundReasons } from '../domain/refund-cause.ts'
import { hasIntent, keyOf, retrieveIntent, type StepDeps } from './intent.ts'

const takenTwice = 'This payment was taken twice'

type Deps = StepDeps & { advance: (id: string, known?: Payment) => Promise<Payment> }

/** What may still happen at Stripe to a payment that has ended here. */
export const createAfterEnd = ({ payments, stripe, advance, now = timeNow }: Deps) => ({
  /**
   * Checks at Stripe a payment that was given up: money that came nevertheless is refunded. An intent whose id was never
   * stored is passed by the caller that found it.
   */
  recheck: async (found: Payment, intentId = found.intentId): Promise<Payment> => {
    const payment = { ...found, ...(intentId === undefined ? {} : { intentId }) }
    if (!isGivenUp(payment) || !hasIntent(payment)) return found
    const { status } = await retrieveIntent(stripe, payment)
    if (status === 'succeeded') {
      await payments.moveTo(found, 'refunding', { intentId })
      return advance(payment.id)
    }
    if (status !== 'canceled') await stripe.cancel(payment.intentId, keyOf('cancel', payment))
    return found
  },

  /**
   * Ends what a card holds for no payment, and gives back what was taken of it: an answer that was lost may have been given
   * twice, under two keys. What is still under way decides for itself.
   */
  releaseStray: async (payment: Payment, intentId: string): Promise<void> => {
    if (isUnfinished(payment) && payment.intentId === undefined) return
    if (payment.intentId === intentId) return
    const result = await stripe.intent(intentId)
    if (result.as !== 'answered') return
    if (result.intent.status === 'requires_capture') await stripe.cancel(intentId, `release:${intentId}`)
    if (result.intent.status !== 'succeeded' || result.intent.isRefunded) return
    const refund = await stripe.refund(intentId, `refund:stray:${intentId}`, takenTwice)
    if (refund.as === 'unknown') throw refund.cause
  },

  /**
   * Follows refunds that were made at Stripe and not requested here: all of it ends the sale, a part leaves it standing with
   * so much less for its seller.
   */
  followRefunds: async (payment: Payment): Promise<Payment> => {
    if (payment.status !== 'completed' || !hasIntent(payment)) return payment
    const { isRefunded, refundedCents } = await retrieveIntent(stripe, payment)
    if (isRefunded) {
      const refund = { reason: refundReasons.stripe, at: now() }
      const refunding = await payments.moveTo(payment, 'refunding', { refund })
      return advance(payment.id, refunding)
    }
    return refundedCents > (payment.refundedCents ?? 0) ? payments.noteRefundInPart(payment, refundedCents) : payment
  },
})
