import { now } from '@fairpass/sdk/clock'
import type { EventHandlers, FairpassEvent, TicketData } from '@fairpass/sdk/events'
import type { Suspensions } from '@fairpass/sdk/identity'
import type { Catalogue } from './catalogue.ts'
import { complete, failPayment, type Order, OrderNotPayableError, refund } from './domain/order.ts'
import { expireUntil } from './expire-due.ts'
import { openHandovers } from './handover/store.ts'
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

/**
 * What several payments of one order say counts one after the other; a payment that is about no order of ours changes nothing.
 * @param then what an order's new state means for others
 */
const createOnPayments =
  (orders: Pick<Orders, 'changeMany'>) =>
  (change: (order: Order, paymentId: string) => Order, then: (order: Order) => Promise<void> = async () => {}) => ({
    batch: async (events: readonly { data: { id: string; orderId: string } }[]) => {
      const byOrder = Map.groupBy(events, ({ data }) => data.orderId)
      const changes = new Map(
        [...byOrder].map(([orderId, some]) => [
          orderId,
          (order: Order) => some.reduce((changed, { data }) => change(changed, data.id), order),
        ]),
      )
      const ends = await orders.changeMany(changes)
      return Promise.allSettled(
        events.map(async ({ data }) => {
          const end = ends.get(data.orderId)
          if (end?.status === 'rejected') throw end.reason
          if (end?.value) await then(end.value)
        }),
      )
    },
  })

export const createHandlers = ({ orders, catalogue, waitlist, suspensions }: Deps): EventHandlers => {
  const handovers = openHandovers(orders)
  const onPayments = createOnPayments(orders)
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
    'payment.captured': onPayments(unlessMovedOn(complete), handovers.doubtIfResale),
    'payment.failed': onPayments(unlessMovedOn(failPayment)),
    'payment.refunded': onPayments((order, paymentId) => refund(order, paymentId, now()), handovers.doubtResales),
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
