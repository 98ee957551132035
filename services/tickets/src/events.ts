import { NotFoundError } from '@fairpass/sdk/errors'
import type { EventHandlers, FairpassEvent, OrderData } from '@fairpass/sdk/events'
import type { Suspensions } from '@fairpass/sdk/identity'
import { endListing, followOrder, type Reservation, type Ticket } from './domain/ticket.ts'
import type { Resales } from './resale/resale.ts'
import type { SavedSearches } from './saved-search/store.ts'
import type { Tickets } from './store.ts'

const batch = 100

const reservationOf = (order: OrderData): Reservation => ({
  orderId: order.id,
  version: order.version,
  createdAt: new Date(order.createdAt),
  expiresAt: new Date(order.expiresAt),
})

/**
 * Lets tickets follow orders, those that come together in one write.
 * @returns how each ended, in the same order
 */
export const followOrders = async (
  tickets: Tickets,
  orders: readonly OrderData[],
): Promise<PromiseSettledResult<unknown>[]> => {
  const byTicket = Map.groupBy(orders, ({ ticketId }) => ticketId)
  const changes = new Map(
    [...byTicket].map(([ticketId, some]) => [
      ticketId,
      (ticket: Ticket) => some.reduce((now, order) => followOrder(now, order.status, reservationOf(order)), ticket),
    ]),
  )
  const ends = await tickets.changeMany(changes)
  return orders.map(({ ticketId }) => {
    const end = ends.get(ticketId)
    if (end?.status === 'rejected' || end?.value) return end
    return { status: 'rejected', reason: new NotFoundError(`There is no ticket ${ticketId}`) }
  })
}

type Deps = {
  tickets: Tickets
  suspensions: Suspensions
  savedSearches?: Pick<SavedSearches, 'remove' | 'removeAll'>
  resales?: Pick<Resales, 'undo' | 'withdraw'>
}

export const createHandlers = ({ tickets, suspensions, savedSearches, resales }: Deps): EventHandlers => {
  const onOrders = {
    batch: (events: FairpassEvent<'order.created' | 'order.cancelled' | 'order.completed' | 'order.refunded'>[]) =>
      followOrders(
        tickets,
        events.map(({ data }) => data),
      ),
  }
  /**
   * A banned or erased seller has nothing on sale. The ban is stored first and listings are withdrawn after, as a listing is
   * stored first and its seller checked after: in any interleaving one of the two sees the other.
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
    'order.created': onOrders,
    'order.cancelled': onOrders,
    'order.completed': onOrders,
    'order.refunded': {
      batch: async (events: FairpassEvent<'order.refunded'>[]) => {
        for (const { data } of events) await resales?.undo(data)
        return onOrders.batch(events)
      },
    },
    'claim.opened': async ({ data }) => resales?.withdraw(data.id),
    'user.banned': ({ data }) => endListings(data, 'admin'),
    'user.erased': async ({ data }) => {
      await endListings(data)
      await savedSearches?.removeAll(data.id)
    },
    'search.unsubscribed': async ({ data }) => {
      await savedSearches?.remove(data.id, data.userId)
    },
    'user.unbanned': async ({ data }) => {
      await suspensions.follow(data, false)
    },
  }
}
