import type { Evidence } from './evidence.ts'

const mustBeRefunded = ({ handover, claim }: Pick<Evidence['orders'][number], 'handover' | 'claim'>): boolean => {
  const { status, deadline } = handover ?? {}
  const isLate = status === 'waiting' && deadline !== undefined && deadline.getTime() <= Date.now()
  return isLate || status === 'overdue' || claim?.status === 'refunded'
}

/** What must hold of tickets that changed hands, each with the sentences that say where it does not. */
export const checkHandovers = (
  { orders, fileAnswers, paidEarly, stripe }: Evidence,
  sentOf: Map<string, number>,
): Record<string, string[]> => {
  const orderById = new Map(orders.map((order) => [order.id, order]))
  const paymentsInDoubt = new Set(
    orders
      .filter(({ handover, claim }) => handover?.status === 'overdue' || claim?.status === 'open')
      .map(({ paymentId }) => paymentId),
  )
  return {
    'no payout before the buyer could have entered': [
      ...paidEarly.map((paymentId) => `payment ${paymentId} was paid out before its show`),
      ...stripe.transfers
        .filter(
          ({ metadata }) => paymentsInDoubt.has(metadata.paymentId) && (sentOf.get(metadata.paymentId ?? '') ?? 0) > 0,
        )
        .map(({ id, metadata }) => `${id} of payment ${metadata.paymentId}, whose ticket did not come`),
    ],
    'what was not handed over, or did not work, is refunded': orders
      .filter(({ status, ...order }) => status === 'completed' && mustBeRefunded(order))
      .map(({ id, handover, claim }) => `order ${id}: ${handover?.status}, claim ${claim?.status}`),
    'every claim is decided': orders
      .filter(({ claim }) => claim?.status === 'open')
      .map(({ id }) => `the claim of order ${id} is open`),
    'no file is handed out without a completed order': fileAnswers
      .filter(({ orderId, who, isLast, status }) => {
        const isTheirs = who === 'buyer' && isLast && orderById.get(orderId)?.status === 'completed'
        return isTheirs ? status !== 200 : status !== 404
      })
      .map(
        ({ orderId, who, isLast, status }) =>
          `order ${orderId}, ${orderById.get(orderId)?.status}: the ${who} was answered ${status}${isLast ? ' at the end' : ''}`,
      ),
  }
}
