import type { EventHandlers, FairpassEvent, OrderData } from '@fairpass/sdk/events'
import type { Show } from '../mail/kinds.ts'
import type { Mails, Owed } from '../mail/store.ts'
import type { Orders } from '../peers/orders.ts'

type Deps = { mails: Pick<Mails, 'owe'>; orders: Orders }

const showOf = ({ ticketId, title, venue, city, startsAt, timeZone }: OrderData): Show => ({
  ...{ ticketId, title, venue, city, startsAt, timeZone },
})

const saleOf = (order: OrderData, cents = order.totalCents) => ({
  ...showOf(order),
  orderId: order.id,
  total: { cents, currency: order.currency },
})

/** A receipt for the buyer, and word for the seller. */
const saleMails = (order: OrderData): Owed[] => {
  const cause = `order:${order.id}:completed`
  return [
    { kind: 'bought', cause: `${cause}:buyer`, to: { userId: order.buyerId }, data: saleOf(order) },
    { kind: 'sold', cause: `${cause}:seller`, to: { userId: order.sellerId }, data: saleOf(order) },
  ]
}

/**
 * Which events owe whom a mail. Each mail has the event's own cause, so that an event that is told again, late or out of
 * order owes nothing more.
 */
export const createMailHandlers = ({ mails, orders }: Deps): EventHandlers => ({
  'order.completed': {
    batch: async (events: FairpassEvent<'order.completed'>[]) => {
      await mails.owe(events.flatMap(({ data }) => saleMails(data)))
      return Promise.allSettled(events)
    },
  },

  /** Money that comes back, whether its order was completed before or had run out when it came. */
  'payment.refunded': async ({ data: { id, orderId, amountCents } }) => {
    const order = await orders.find(orderId)
    if (!order || amountCents === 0) return
    const data = saleOf(order, amountCents)
    await mails.owe([{ kind: 'refunded', cause: `payment:${id}:refunded`, to: { userId: order.buyerId }, data }])
  },

  /** Somebody who had begun to pay, and did not come to the end of it in time. */
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
    // A question of the bank that came to nothing took no money, and was not told of.
    if (status !== 'won' && status !== 'lost') return
    const order = await orders.find(orderId)
    if (!order) return
    const data = { ...showOf(order), disputeId: id, total: { cents, currency }, won: status === 'won' }
    await mails.owe([{ kind: 'dispute-decided', cause: `dispute:${id}:decided`, to: { userId: sellerId }, data }])
  },

  'ticket.withdrawn': async ({ data: { id, sellerId, withdrawnBy, title, venue, city, startsAt, timeZone } }) => {
    if (withdrawnBy !== 'admin') return
    const data: Show = { ticketId: id, title, venue, city, startsAt, timeZone }
    await mails.owe([{ kind: 'withdrawn', cause: `ticket:${id}:withdrawn`, to: { userId: sellerId }, data }])
  },

  'search.matched': async ({ data: { id: searchId, version, userId, name, tickets } }) => {
    const data = {
      searchId,
      name,
      tickets: tickets.map(({ id: ticketId, priceCents: cents, currency, ...show }) => ({
        ...{ ...show, ticketId, price: { cents, currency } },
      })),
    }
    await mails.owe([{ kind: 'search-digest', cause: `search:${searchId}:${version}`, to: { userId }, data }])
  },

  'waitlist.notified': async ({ data: { id: ticketId, orderId, userIds, ...rest } }) => {
    const { title, venue, city, startsAt, timeZone } = rest
    const data: Show = { ticketId, title, venue, city, startsAt, timeZone }
    await mails.owe(
      userIds.map((userId) => ({
        kind: 'free-again' as const,
        cause: `waitlist:${orderId}:${userId}`,
        to: { userId },
        data,
      })),
    )
  },
})
