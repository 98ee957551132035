import type { EventHandlers, OrderData } from '@fairpass/sdk/events'
import type { Show } from '../mail/kinds.ts'
import type { Mails } from '../mail/store.ts'
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

const withHandover = (order: OrderData) => {
  const { kind, deadline } = order.handover ?? {}
  return { ...saleOf(order), kind, deadline }
}

/**
 * Which events owe whom a mail. Each mail has the event's own cause, so that an event that is told again, late or out of
 * order owes nothing more.
 */
export const createMailHandlers = ({ mails, orders }: Deps): EventHandlers => ({
  'order.completed': async ({ data: order }) => {
    const cause = `order:${order.id}:completed`
    const data = withHandover(order)
    await mails.owe([
      { kind: 'bought', cause: `${cause}:buyer`, to: { userId: order.buyerId }, data },
      { kind: 'sold', cause: `${cause}:seller`, to: { userId: order.sellerId }, data },
    ])
  },

  'handover.due': async ({ data: order }) => {
    const cause = `order:${order.id}:hand-over`
    await mails.owe([{ kind: 'hand-over', cause, to: { userId: order.sellerId }, data: withHandover(order) }])
  },

  'handover.sent': async ({ data: order }) => {
    const cause = `order:${order.id}:sent`
    await mails.owe([{ kind: 'handed-over', cause, to: { userId: order.buyerId }, data: saleOf(order) }])
  },

  /** The buyer hears of it when the money goes back. */
  'handover.overdue': async ({ data: order }) => {
    const cause = `order:${order.id}:overdue`
    await mails.owe([{ kind: 'hand-over-overdue', cause, to: { userId: order.sellerId }, data: saleOf(order) }])
  },

  'claim.opened': async ({ data: { id, sellerId, reason } }) => {
    const order = await orders.find(id)
    if (!order) return
    const data = { ...saleOf(order), reason }
    await mails.owe([{ kind: 'claim-opened', cause: `order:${id}:claim:opened`, to: { userId: sellerId }, data }])
  },

  'claim.decided': async ({ data: { id, buyerId, sellerId, isRefunded = false } }) => {
    const order = await orders.find(id)
    if (!order) return
    const sides = [
      { side: 'buyer', userId: buyerId },
      { side: 'seller', userId: sellerId },
    ] as const
    await mails.owe(
      sides.map(({ side, userId }) => ({
        kind: 'claim-decided' as const,
        cause: `order:${id}:claim:decided:${side}`,
        to: { userId },
        data: { ...saleOf(order), side, isRefunded },
      })),
    )
  },

  /** Money that comes back, whether its order was completed before or had run out when it came. */
  'payment.refunded': async ({ data: { id, orderId, amountCents } }) => {
    const order = await orders.find(orderId)
    if (!order || amountCents === 0) return
    const data = { ...saleOf(order, amountCents), isOverdue: order.handover?.status === 'overdue' }
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
