import type { EventHandlers } from '@fairpass/sdk/events'
import type { Deps } from './deps.ts'
import { saleOf, showOf } from './sale.ts'

/** Money that comes, goes back, or is in dispute. */
export const createMoneyHandlers = ({ mails, orders }: Deps): EventHandlers => ({
  /** Money that comes back, whether its order was completed before or had run out when it came; of a coupon's, none. */
  'payment.refunded': async ({ data: { id, orderId, amountCents } }) => {
    const order = await orders.find(orderId)
    if (!order) return
    const data = { ...saleOf(order, amountCents), isOverdue: order.handover?.status === 'overdue' }
    await mails.owe([{ kind: 'refunded', cause: `payment:${id}:refunded`, to: { userId: order.buyerId }, data }])
  },

  /** A buyer who had begun to pay, but did not finish in time. */
  'payment.cancelled': async ({ data: { orderId } }) => {
    const order = await orders.find(orderId)
    if (order?.status !== 'cancelled' || order.cancelReason !== 'expired') return
    const cause = `order:${orderId}:expired`
    await mails.owe([{ kind: 'ran-out', cause, to: { userId: order.buyerId }, data: saleOf(order) }])
  },

  'payout.paid': async ({ data: { id, sellerId, amountCents: cents, currency, transferAttempt } }) => {
    const cause = `payout:${id}:paid:${transferAttempt}`
    const data = { payoutId: id, total: { cents, currency } }
    await mails.owe([{ kind: 'paid-out', cause, to: { userId: sellerId }, data }])
  },

  'dispute.opened': async ({ data: { id, orderId, sellerId, amountCents: cents, currency } }) => {
    const order = await orders.find(orderId)
    if (!order) return
    const data = { ...showOf(order), disputeId: id, total: { cents, currency } }
    await mails.owe([{ kind: 'dispute-opened', cause: `dispute:${id}:opened`, to: { userId: sellerId }, data }])
  },

  'dispute.decided': async ({ data: { id, orderId, sellerId, status, amountCents: cents, currency } }) => {
    // An inquiry of the bank that was closed took no money, and no mail was sent about it.
    if (status !== 'won' && status !== 'lost') return
    const order = await orders.find(orderId)
    if (!order) return
    const data = { ...showOf(order), disputeId: id, total: { cents, currency }, won: status === 'won' }
    await mails.owe([{ kind: 'dispute-decided', cause: `dispute:${id}:decided`, to: { userId: sellerId }, data }])
  },
})
