import { now } from '@fairpass/sdk/clock'
import type { EventHandlers, FairpassEvent, TicketData } from '@fairpass/sdk/events'
import type { Suspensions } from '@fairpass/sdk/identity'
import type { Catalogue } from './catalogue.ts'
import { complete, failPayment, type Order, OrderNotPayableError, refund } from './domain/order.ts'
import { expireUntil } from './expire-due.ts'
import type { Orders } from './store.ts'
import type { Waitlist } from './waitlist/store.ts'

type Deps = { orders: Orders; catalogue: Catalogue; waitlist: Waitlist; suspensions: Suspensions }

/** An order that has moved on is told so by the payment's own invocation; its event then changes nothing. */
const unlessMovedOn =
  (change: (order: Order, paymentId: string, now: Date) => Order) =>
  (order: Order, paymentId: string): Order => {
    try {
      return change(order, paymentId, now())
    } catch (error) {
      if (error instanceof OrderNotPayableError) return order
      throw error
    }
  }

/** What several payments of one order say counts one after the other; a payment that is about no order of ours changes nothing. */
const onPayments = (orders: Orders, change: (order: Order, paymentId: string) => Order) => ({
  batch: async (events: readonly { data: { id: string; orderId: string } }[]) => {
    const byOrder = Map.groupBy(events, ({ data }) => data.orderId)
    const changes = new Map(
      [...byOrder].map(([orderId, some]) => [
        orderId,
        (order: Order) => some.reduce((changed, { data }) => change(changed, data.id), order),
      ]),
    )
    const ends = await orders.changeMany(changes)
    const done: PromiseSettledResult<unknown> = { status: 'fulfilled', value: undefined }
    return events.map(({ data }) => ends.get(data.orderId) ?? done)
  },
})

export const createHandlers = ({ orders, catalogue, waitlist, suspensions }: Deps): EventHandlers => {
  const onTickets = async (events: readonly { data: TicketData }[]) => {
    await catalogue.apply(events.map(({ data }) => data))
    return Promise.allSettled(events)
  }
  return {
    'ticket.created': { batch: onTickets },
    'ticket.updated': { batch: onTickets },
    'ticket.withdrawn': {
      batch: async (events: FairpassEvent<'ticket.withdrawn'>[]) => {
        const ends = await onTickets(events)
        await waitlist.close(events.map(({ data }) => data.id))
        return ends
      },
    },
    'expiration.due': async ({ data }) => {
      if ('until' in data) await expireUntil(orders, new Date(data.until))
      else await orders.expire(data.orderId)
    },
    'payment.captured': onPayments(orders, (order, paymentId) => unlessMovedOn(complete)(order, paymentId)),
    'payment.failed': onPayments(orders, (order, paymentId) => unlessMovedOn(failPayment)(order, paymentId)),
    'payment.refunded': onPayments(orders, (order, paymentId) => refund(order, paymentId, now())),
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
      await waitlist.leaveAll(data.id)
    },
  }
}
