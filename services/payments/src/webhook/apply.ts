import type { Disputes } from '../dispute/store.ts'
import { isUnfinished, type Payment } from '../domain/payment.ts'
import type { PaymentProcess } from '../payment/process.ts'
import type { Payments } from '../payment/store.ts'
import type { Sellers } from '../payout/sellers.ts'

/** Whom an event of Stripe is about. */
export type About = { type: string; intentId?: string; paymentId?: string; disputeId?: string; accountId?: string }

/** Money went back, or was to: whose decision that was is found out. */
const tellsOfRefund = (type: string) => /^(refund\.|charge\.refund)/.test(type)

type Deps = {
  payments: Pick<Payments, 'find' | 'byIntent'>
  paymentProcess: PaymentProcess
  disputes: Pick<Disputes, 'onDisputeUpdated'>
  sellers: Pick<Sellers, 'onAccountUpdated'>
}

/** Takes an event as a hint: whatever it is about is asked of Stripe, since events come late and out of order. */
export const createApply = ({ payments, paymentProcess, disputes, sellers }: Deps) => {
  const paymentOf = async ({
    paymentId,
    intentId,
  }: Pick<About, 'paymentId' | 'intentId'>): Promise<Payment | undefined> => {
    const named = paymentId ? await payments.find(paymentId) : undefined
    return named ?? (intentId ? payments.byIntent(intentId) : undefined)
  }

  return async (about: About): Promise<void> => {
    if (about.accountId) await sellers.onAccountUpdated(about.accountId)
    if (about.disputeId) await disputes.onDisputeUpdated(about.disputeId)
    const payment = await paymentOf(about)
    // A payment of nobody here, such as another system's on the same Stripe account, is nobody's news.
    if (!payment) return
    // What is between two steps is being driven right now, or is the reconciler's within seconds.
    const isLeft = payment.status === 'awaiting_method' || payment.lookAt <= new Date() || tellsOfRefund(about.type)
    if (isUnfinished(payment) && !isLeft) return
    const ended = isUnfinished(payment) ? await paymentProcess.advance(payment.id) : payment
    if (tellsOfRefund(about.type)) await paymentProcess.followRefunds(ended)
    if (ended === payment) await paymentProcess.recheck(payment)
  }
}

export type Apply = ReturnType<typeof createApply>
