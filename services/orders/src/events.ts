import type { EventHandlers } from '@fairpass/sdk/events'
import type { Suspensions } from '@fairpass/sdk/identity'
import type { Catalogue } from './catalogue.ts'
import { complete, failPayment, type Order, OrderNotPayableError, refund } from './domain/order.ts'
import type { Orders } from './store.ts'
import type { Waitlist } from './waitlist/store.ts'

type Deps = { orders: Orders; catalogue: Catalogue; line: Waitlist; suspensions: Suspensions }

/** An order that has moved on is told so by the payment's own invocation; its event then changes nothing. */
const unlessMovedOn = (change: (order: Order) => Order) => (order: Order) => {
  try {
    return change(order)
  } catch (error) {
    if (error instanceof OrderNotPayableError) return order
    throw error
  }
}

export const createHandlers = ({ orders, catalogue, line, suspensions }: Deps): EventHandlers => ({
  'ticket.created': ({ data }) => catalogue.apply(data),
  'ticket.updated': async ({ data }) => {
    await catalogue.apply(data)
    if (data.orderId) await orders.acknowledge(data.orderId, data.status)
    if (data.status === 'sold') await line.close(data.id)
  },
  'ticket.withdrawn': async ({ data }) => {
    await catalogue.apply(data)
    if (data.orderId) await orders.acknowledge(data.orderId, data.status)
    await line.close(data.id)
  },
  'expiration.due': async ({ data }) => {
    await orders.expire(data.orderId)
  },
  'payment.captured': async ({ data }) => {
    await orders.change(
      data.orderId,
      unlessMovedOn((order) => complete(order, data.id, new Date())),
    )
  },
  'payment.failed': async ({ data }) => {
    await orders.change(
      data.orderId,
      unlessMovedOn((order) => failPayment(order, data.id, new Date())),
    )
  },
  'payment.refunded': async ({ data }) => {
    await orders.change(data.orderId, (order) => refund(order, data.id, new Date()))
  },
  'user.banned': async ({ data }) => {
    if (await suspensions.follow(data, true)) await orders.markSeller(data.id, true)
  },
  'user.unbanned': async ({ data }) => {
    if (await suspensions.follow(data, false)) await orders.markSeller(data.id, false)
  },
  'user.erased': async ({ data }) => {
    if (!(await suspensions.follow(data, true))) return
    await orders.markSeller(data.id, true)
    await orders.cancelOf(data.id)
    await line.leaveAll(data.id)
  },
})
