import { declineCodeOf } from './decline.ts'
import { openStatuses, type Payment } from './payment.ts'

/**
 * How the payment of an order stands, for the page of its buyer, who may have left while it was under way:
 * `none`, `requires_payment_method`, `processing`, `succeeded`, `declined` (with `declineCode`) or `refunded`; and
 * whether a coupon paid, so that nothing was charged.
 */
export type PaymentState = { state: string; declineCode?: string; byCoupon?: true }

const isOpen = ({ status }: Payment) => openStatuses.some((open) => open === status)

const stateOf = ({ kind, status, failure }: Payment): PaymentState => {
  const paidBy = kind === 'coupon' ? ({ byCoupon: true } as const) : {}
  switch (status) {
    case 'awaiting_method':
      return { state: 'requires_payment_method' }
    case 'completed':
      return { state: 'succeeded', ...paidBy }
    case 'failed':
      return { state: 'declined', declineCode: declineCodeOf(failure?.code) }
    case 'refunding':
    case 'refunded':
      return { state: 'refunded', ...paidBy }
    case 'cancelling':
    case 'cancelled':
      return { state: 'none' }
    default:
      return { state: 'processing' }
  }
}

/** @param payments of one order, newest first; the one that may end in money counts, or else the newest */
export const paymentState = (payments: readonly Payment[]): PaymentState => {
  const payment = payments.find(isOpen) ?? payments[0]
  return payment ? stateOf(payment) : { state: 'none' }
}
