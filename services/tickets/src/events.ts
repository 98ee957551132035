import { NotFoundError } from '@fairpass/sdk/errors'
import type { EventHandlers, FairpassEvent, OrderData } from '@fairpass/sdk/events'
import type { Suspensions } from '@fairpass/sdk/identity'
import type { Inbox } from '@fairpass/sdk/mongo'
import { endListing, release, reserve, sell, type Ticket, voidSale } from './domain/ticket.ts'
import type { Tickets } from './store.ts'

const batch = 100

const reservationOf = (order: OrderData) => ({
  orderId: order.id,
  createdAt: new Date(order.createdAt),
  expiresAt: new Date(order.expiresAt),
})

/** How a ticket follows the state of an order that took it. */
const follow = (ticket: Ticket, order: OrderData): Ticket => {
  switch (order.status) {
    case 'created':
    case 'settling':
      return reserve(ticket, reservationOf(order))
    case 'completed':
      return sell(ticket, reservationOf(order))
    case 'cancelled':
      return release(ticket, order.id)
    case 'refunded':
      return voidSale(ticket, order.id)
  }
}

/** Applies an order's state to its ticket, unless this or a later state was applied before. */
export const followOrder = async (tickets: Tickets, inbox: Inbox, order: OrderData): Promise<void> => {
  await inbox.apply(order.id, order.version, async (session) => {
    const isThere = await tickets.changeIn(session, order.ticketId, (ticket) => follow(ticket, order))
    if (!isThere) throw new NotFoundError(`There is no ticket ${order.ticketId}`)
  })
  await tickets.relay.flush(order.ticketId)
}

type Deps = { tickets: Tickets; inbox: Inbox; suspensions: Suspensions }

export const createHandlers = ({ tickets, inbox, suspensions }: Deps): EventHandlers => {
  const onOrder = (event: FairpassEvent<'order.created' | 'order.cancelled' | 'order.completed' | 'order.refunded'>) =>
    followOrder(tickets, inbox, event.data)
  /**
   * Whoever may not sell, or is no more, has nothing on sale. It is noted first and swept after, as a listing is stored
   * first and its seller looked up after: whatever comes between, one of the two sees the other.
   */
  const endListings = async (data: FairpassEvent<'user.banned' | 'user.erased'>['data'], by?: 'admin') => {
    if (!(await suspensions.follow(data, true))) return
    const sellerId = data.id
    for (;;) {
      const listed = await tickets.toEnd(sellerId, batch)
      for (const { id } of listed) await tickets.change(id, (ticket) => endListing(ticket, by))
      if (listed.length < batch) return
    }
  }
  return {
    'order.created': onOrder,
    'order.cancelled': onOrder,
    'order.completed': onOrder,
    'order.refunded': onOrder,
    'user.banned': ({ data }) => endListings(data, 'admin'),
    'user.erased': ({ data }) => endListings(data),
    'user.unbanned': async ({ data }) => {
      await suspensions.follow(data, false)
    },
  }
}
