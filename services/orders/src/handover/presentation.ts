import { type Order, toPublic } from '../domain/order.ts'

/** What the seller of a ticket reads of its order: not who bought it. */
export const toSale = (order: Order) => {
  const { expiresAt: _e, sellerSuspended: _s, ...shown } = toPublic(order)
  const { sentAt, receivedAt } = order.handover ?? {}
  return {
    ...shown,
    ...(sentAt ? { sentAt: sentAt.toISOString() } : {}),
    ...(receivedAt ? { receivedAt: receivedAt.toISOString() } : {}),
  }
}

/** What an admin decides a claim from; of a resale, the order too by which its seller came by the ticket. */
export const toClaimed = (order: Order) => {
  const { buyerId, sellerId, paymentId, resaleOf } = order
  return { ...toSale(order), buyerId, sellerId, ...(paymentId ? { paymentId } : {}), ...(resaleOf ? { resaleOf } : {}) }
}
