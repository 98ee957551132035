import { now as timeNow } from '@fairpass/sdk/clock'
import { NotFoundError } from '@fairpass/sdk/errors'
import { isUnfinished, type Payment, PaymentNotRefundableError, PaymentUnderWayError } from '../domain/payment.ts'
import type { PaymentProcess } from './process.ts'
import type { Payments } from './store.ts'

type Deps = { payments: Payments; advance: PaymentProcess['advance'] }
/** Without an admin, what was promised to the buyer decided it. */
type RefundRequest = { reason: string; adminId?: string }

/** How many payments of one ticket are given back at once: one was completed, the others are on their way back. */
const atOnce = 20

/** Giving money back because somebody decided so: all of it, once, whatever the repetition. */
export const createRefunds = ({ payments, advance }: Deps) => {
  const begin = async (payment: Payment, { reason, adminId }: RefundRequest): Promise<void> => {
    if (payment.status !== 'completed') return
    const disputed = payment.dispute?.status
    if (disputed === 'open' || disputed === 'lost')
      throw new PaymentNotRefundableError("The buyer's bank has taken this money back already")
    await payments.moveTo(payment, 'refunding', { refund: { reason, ...(adminId ? { adminId } : {}), at: timeNow() } })
  }

  /**
   * @throws NotFoundError, PaymentNotRefundableError when nothing was taken, VersionConflictError when another refund of the
   * same payment was quicker, PaymentUnderWayError when the end is not known yet: asking again finds out, and refunds nothing twice
   */
  const refund = async (id: string, asked: RefundRequest): Promise<Payment> => {
    const found = await payments.find(id)
    if (!found) throw new NotFoundError('There is no such payment')
    // What is still between two steps is brought to its end first: it may end without any money.
    const payment = isUnfinished(found) ? await advance(id) : found
    await begin(payment, asked)
    const ended = await advance(id)
    if (ended.status === 'refunded') return ended
    if (isUnfinished(ended)) throw new PaymentUnderWayError()
    throw new PaymentNotRefundableError()
  }

  return {
    refund,

    /** A listing turned out void: its buyers are refunded. */
    refundTicket: async (ticketId: string, asked: RefundRequest): Promise<Payment[]> => {
      const paid = await payments.paidOf(ticketId, atOnce)
      return Promise.all(paid.map(({ id }) => refund(id, asked)))
    },
  }
}

export type Refunds = ReturnType<typeof createRefunds>
