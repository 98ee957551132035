import { VersionConflictError } from '@fairpass/sdk/errors'
import {
  isUnfinished,
  orderNotPayable,
  type Payment,
  PaymentUnderWayError,
  refundedAtStripe,
} from '../domain/payment.ts'
import { hasIntent, keyOf, retrieveIntent, type StepDeps } from './intent.ts'
import { stepFrom } from './steps.ts'

/** The longest way takes six steps; the rest is for what another replica was quicker with. */
const maxSteps = 24

/** How many payments a process remembers as it last saw them. */
const maxRemembered = 1_000

/**
 * Carries payments to their end from wherever they are: stopped between any two steps, by `kill -9` even, doing it again
 * leads to the same end. Replicas may carry the same payment at once.
 */
const createAdvance = (deps: StepDeps) => {
  const running = new Map<string, Promise<Payment>>()
  const seen = new Map<string, Payment>()

  const remember = (payment: Payment): Payment => {
    seen.delete(payment.id)
    seen.set(payment.id, payment)
    const [oldest] = seen.size > maxRemembered ? seen.keys() : []
    if (oldest !== undefined) seen.delete(oldest)
    return payment
  }

  const load = async (id: string): Promise<Payment> => {
    const payment = await deps.payments.find(id)
    if (!payment) throw new Error(`there is no payment ${id}`)
    return payment
  }

  const run = async (id: string, known: Payment | undefined): Promise<Payment> => {
    let payment = known
    for (let step = 1; step <= maxSteps; step++) {
      payment = remember(payment ?? (await load(id)))
      if (!isUnfinished(payment)) return payment
      const { status } = payment
      try {
        payment = remember(await stepFrom[status](deps, payment))
        if (payment.status === 'awaiting_method') return payment
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error
        // Somebody else moved it: on from there.
        payment = undefined
      }
    }
    throw new PaymentUnderWayError()
  }

  const begin = (id: string, known: Payment | undefined): Promise<Payment> => {
    const ended = Promise.resolve()
      .then(() => run(id, known))
      .finally(() => running.delete(id))
    running.set(id, ended)
    return ended
  }

  return {
    /**
     * Carries a payment to its end, or to where it waits for the buyer; once at a time in this process.
     * @param known what was just read or written, which saves reading it
     * @throws PaymentUnderWayError, or ServiceUnavailableError of the orders service, when the end is not known yet
     */
    advance: async (id: string, known?: Payment): Promise<Payment> => {
      const current = running.get(id)
      if (!current) return begin(id, known)
      const payment = await current
      // It may have looked before the buyer gave the card that this call is about.
      return payment.status === 'awaiting_method' ? (running.get(id) ?? begin(id, payment)) : payment
    },

    /** A payment as this process saw it last; somebody else may have moved it on since. */
    lastSeen: (id: string): Payment | undefined => seen.get(id),
  }
}

export const createPaymentProcess = (deps: StepDeps) => {
  const { payments, stripe, now = () => new Date() } = deps
  const { advance, lastSeen } = createAdvance(deps)

  /**
   * Looks at what Stripe says of a payment that was given up: money that came nevertheless goes back. An intent whose id was
   * never learnt is named by whoever found it.
   */
  const recheck = async (found: Payment, intentId = found.intentId): Promise<Payment> => {
    const payment = { ...found, ...(intentId === undefined ? {} : { intentId }) }
    const isGivenUp = payment.status === 'failed' || payment.status === 'cancelled'
    if (!isGivenUp || !hasIntent(payment)) return found
    const { status } = await retrieveIntent(stripe, payment)
    if (status === 'succeeded') {
      await payments.moveTo(found, 'refunding', { intentId })
      return advance(payment.id)
    }
    if (status !== 'canceled') await stripe.cancel(payment.intentId, keyOf('cancel', payment))
    return found
  }

  /**
   * Ends what a card holds for no payment: an answer that was lost may have been given twice, under two keys. What is still
   * under way decides for itself.
   */
  const releaseStray = async (payment: Payment, intentId: string): Promise<void> => {
    if (isUnfinished(payment) && payment.intentId === undefined) return
    if (payment.intentId === intentId) return
    const result = await stripe.intent(intentId)
    if (result.as === 'told' && result.intent.status === 'requires_capture')
      await stripe.cancel(intentId, `release:${intentId}`)
  }

  /**
   * Follows what was given back at Stripe without anybody asking here: all of it ends the sale, a part leaves it standing
   * with so much less for its seller.
   */
  const followRefunds = async (payment: Payment): Promise<Payment> => {
    if (payment.status !== 'completed' || !hasIntent(payment)) return payment
    const { isRefunded, refundedCents } = await retrieveIntent(stripe, payment)
    if (isRefunded) {
      const refunding = await payments.moveTo(payment, 'refunding', { refund: { reason: refundedAtStripe, at: now() } })
      return advance(payment.id, refunding)
    }
    return refundedCents > (payment.refundedCents ?? 0) ? payments.noteRefundInPart(payment, refundedCents) : payment
  }

  /** Gives up a payment that waits for a card. The caller is not kept waiting; the reconciler does what is left. */
  const abandon = async (payment: Payment): Promise<void> => {
    const cancelling = await payments.moveTo(payment, 'cancelling', { failure: orderNotPayable })
    void advance(payment.id, cancelling).catch(() => {})
  }

  return { advance, lastSeen, recheck, releaseStray, followRefunds, abandon }
}

export type PaymentProcess = ReturnType<typeof createPaymentProcess>
