import type { OrderToPay } from '@fairpass/sdk/dapr'
import { newId } from '@fairpass/sdk/mongo'
import type { Orders } from '../peers/orders.ts'

const newOrder = (): OrderToPay => ({
  id: newId(),
  version: 1,
  status: 'created',
  ticketId: newId(),
  buyerId: newId(),
  sellerId: newId(),
  totalCents: 4_200,
  currency: 'eur',
  createdAt: new Date().toISOString(),
  expiresAt: new Date(Date.now() + 900_000).toISOString(),
})

/** The orders service as payments knows it, in this process. */
export const createTestOrders = () => {
  const held = new Map<string, OrderToPay>()
  const change = (id: string, allows: (order: OrderToPay) => boolean, next: Partial<OrderToPay>) => {
    const order = held.get(id)
    if (!order || !allows(order)) return false
    held.set(id, { ...order, ...next, version: order.version + 1 })
    return true
  }
  const isOwn = (order: OrderToPay, paymentId: string) => order.paymentId === paymentId

  const orders: Orders = {
    find: async (id) => held.get(id),
    settle: async (id, paymentId) =>
      change(
        id,
        (order) =>
          (order.status === 'created' && new Date(order.expiresAt) > new Date()) ||
          (order.status === 'settling' && isOwn(order, paymentId)),
        { status: 'settling', paymentId },
      ),
    complete: async (id, paymentId) =>
      change(id, (order) => ['settling', 'completed'].includes(order.status) && isOwn(order, paymentId), {
        status: 'completed',
      }),
    fail: async (id, paymentId) =>
      change(
        id,
        (order) =>
          ['created', 'cancelled'].includes(order.status) || (order.status === 'settling' && isOwn(order, paymentId)),
        { status: 'cancelled', cancelReason: 'payment_failed' },
      ),
  }

  return {
    orders,
    status: (id: string) => held.get(id)?.status,
    expire: (id: string) =>
      change(id, () => true, { status: 'cancelled', cancelReason: 'expired', expiresAt: new Date(0).toISOString() }),
    open: (more: Partial<OrderToPay> = {}): OrderToPay => {
      const order = { ...newOrder(), ...more }
      held.set(order.id, order)
      return order
    },
  }
}
