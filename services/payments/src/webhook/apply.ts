import { now as timeNow } from '@fairpass/sdk/clock'
import type { Disputes } from '../dispute/store.ts'
import { isUnfinished, type Payment } from '../domain/payment.ts'
import type { PaymentProcess } from '../payment/process.ts'
import type { Payments } from '../payment/store.ts'
import type { Sellers } from '../payout/sellers.ts'
import { tellsOfRefund } from './event-types.ts'

/** What an event of Stripe is about. */
export type About = { type: string; intentId?: string; paymentId?: string; disputeId?: string; accountId?: string }

type Deps = {
  payments: Pick<Payments, 'find' | 'byIntent'>
  paymentProcess: PaymentProcess
  disputes: Pick<Disputes, 'onDisputeUpdated'>
  sellers: Pick<Sellers, 'onAccountUpdated'>
}

const isOfAnotherIntent = ({ intentId }: Payment, about: About) =>
  about.intentId !== undefined && about.intentId !== intentId

/** Whether somebody is bringing it to its end right now, or the reconciler will within seconds. */
const isInHand = (payment: Payment, { type }: About) =>
  payment.status !== 'awaiting_method' && payment.lease.nextAttemptAt > timeNow() && !tellsOfRefund(type)

/** Whether the payment shows already what an event says. */
const isOldNews = (payment: Payment, about: About): boolean => {
  if (isUnfinished(payment)) return isInHand(payment, about)
  if (isOfAnotherIntent(payment, about)) return false
  if (payment.status === 'completed') return !tellsOfRefund(about.type)
  return payment.status === 'refunded' || about.type === 'payment_intent.canceled'
}

/** Takes an event as a hint: its object is read from Stripe, since events come late and out of order. */
export const createApply = ({ payments, paymentProcess, disputes, sellers }: Deps) => {
  const paymentOf = async ({ paymentId, intentId }: About): Promise<Payment | undefined> => {
    const named = paymentId ? await payments.find(paymentId) : undefined
    return named ?? (intentId ? payments.byIntent(intentId) : undefined)
  }

  /** Whether one of our payments shows already what an event says, as far as can be seen without asking Stripe. */
  const isKnown = async (about: About): Promise<boolean> => {
    if (about.accountId || about.disputeId) return false
    const seen = about.paymentId ? paymentProcess.lastSeen(about.paymentId) : undefined
    // A payment that has moved on makes no older event relevant.
    if (seen && isOldNews(seen, about)) return true
    const payment = await paymentOf(about)
    return payment !== undefined && isOldNews(payment, about)
  }

  const apply = async (about: About): Promise<void> => {
    if (about.accountId) await sellers.onAccountUpdated(about.accountId)
    if (about.disputeId) await disputes.onDisputeUpdated(about.disputeId)
    const payment = await paymentOf(about)
    // A payment that is not ours, such as another system's on the same Stripe account, is ignored.
    if (!payment || isOldNews(payment, about)) return
    const ended = isUnfinished(payment) ? await paymentProcess.advance(payment.id, payment) : payment
    if (tellsOfRefund(about.type)) await paymentProcess.followRefunds(ended)
    if (about.intentId && isOfAnotherIntent(ended, about)) await paymentProcess.releaseStray(ended, about.intentId)
    if (ended === payment) await paymentProcess.recheck(payment, payment.intentId ?? about.intentId)
  }

  return { isKnown, apply }
}

export type Apply = ReturnType<typeof createApply>
