import { declineCodeOf } from './decline.ts'
import { openStatuses, type Payment } from './payment.ts'

/**
 * How the payment of an order stands, for the page of its buyer, who may have left while it was under way:
 * `none`, `requires_payment_method`, `processing`, `succeeded`, `declined` (with `declineCode`) or `refunded`.
 */
export type PaymentState = { state: string; declineCode?: string }

const isOpen = ({ status }: Payment) => openStatuses.some((open) => open === status)

const stateOf = ({ status, failure }: Payment): PaymentState => {
  switch (status) {
    case 'awaiting_method':
      return { state: 'requires_payment_method' }
    case 'completed':
      return { state: 'succeeded' }
    case 'failed':
      return { state: 'declined', declineCode: declineCodeOf(failure?.code) }
    case 'refunding':
    case 'refunded':
      return { state: 'refunded' }
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
