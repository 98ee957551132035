import type { Dapr } from '@fairpass/sdk/dapr'
import { event, type FairpassEvent } from '@fairpass/sdk/events'
import { newestFirst, openCollection } from '@fairpass/sdk/mongo'
import { forEachOf } from '@fairpass/sdk/run-periodically'
import { type Db, type Filter, ObjectId } from 'mongodb'
import { cancelByBuyer, expire, firstRepublishMs, type Order, toData } from './domain/order.ts'
import type { Holds } from './hold/hold.ts'
import { countEnd } from './metrics.ts'

const lastRepublishMs = 600_000
/** By when a hold has ended (docs/design.md, promise 3), and how far back completed orders are looked at. */
const promisedMs = 30_000
const recentMs = 3_600_000
const countedMost = 1_000
/** More than the limits let one buyer open within a hold. */
const openMost = 1_000
const countWithinMs = 1_000
const active: Order['status'][] = ['created', 'settling', 'completed']

/** How an order in this state is told. Settling is orders' own business, and tells tickets nothing new. */
const eventsOf = (order: Order): FairpassEvent[] => {
  const data = toData(order)
  switch (order.status) {
    case 'created':
      return [event('order.created', data)]
    case 'settling':
      return []
    case 'completed':
      return [event('order.completed', data)]
    case 'cancelled':
      return [event('order.cancelled', data)]
    case 'refunded':
      return [event('order.refunded', data)]
  }
}

/** The hold follows the order before anybody hears of it, as surely as its event is published. */
const publishAfterHold = (holds: Holds, publish: Dapr['publish']) => async (told: FairpassEvent) => {
  if (told.type === 'order.cancelled') await holds.release(told.data.ticketId, told.data.id)
  if (told.type === 'order.completed') await holds.markSold(told.data.ticketId, told.data.id)
  await publish(told)
}

type StoredOrder = Omit<Order, 'id'> & { _id: string }

/** Ids begin with the second in which they were made. */
const firstIdOf = (moment: Date) => ObjectId.createFromTime(Math.floor(moment.getTime() / 1000)).toHexString()

/** Which state of its order a ticket's status follows. */
const orderStatusesByTicketStatus: Record<string, Order['status'][]> = {
  reserved: ['created', 'settling'],
  sold: ['completed'],
  available: ['cancelled'],
  withdrawn: ['cancelled', 'refunded'],
}

export const openOrders = (db: Db, { holds, publish }: { holds: Holds; publish: Dapr['publish'] }) => {
  const orders = openCollection<Order>(db, 'orders', {
    publish: publishAfterHold(holds, publish),
    indexes: [
      { key: { ticketId: 1 }, name: 'oneActive', unique: true, partialFilterExpression: { status: { $in: active } } },
      { key: { expiresAt: 1 }, name: 'due', partialFilterExpression: { status: 'created' } },
      { key: { buyerId: 1, _id: -1 }, name: 'buyer' },
      { key: { republishAt: 1 }, name: 'republish', sparse: true },
      {
        key: { sellerId: 1 },
        name: 'openOfSeller',
        partialFilterExpression: { status: { $in: ['created', 'settling'] } },
      },
    ],
  })

  const change = async (id: string, next: (order: Order) => Order): Promise<Order | undefined> => {
    let before: Order | undefined
    const after = await orders.change(
      id,
      (order) => {
        before = order
        return next(order)
      },
      eventsOf,
    )
    if (before && after) countEnd(before, after)
    return after
  }

  return {
    ...orders,
    change,

    create: (order: Omit<Order, 'version'>): Promise<Order> => orders.insert(order, eventsOf),

    /** The one order that stands between this ticket and every other buyer. */
    activeOf: (ticketId: string) => orders.findOne({ ticketId, status: { $in: active } }),

    /** Ends the order if its time is over, and returns it as it is now. */
    expire: (id: string, now = new Date()) => change(id, (order) => expire(order, now)),

    /** Open orders whose time was over before `before`. */
    due: (before: Date, limit: number) =>
      orders.list({ status: 'created', expiresAt: { $lte: before } }, { sort: { expiresAt: 1 }, limit }),

    /** How many hold a ticket now, and how many are what none may be; each counted up to a thousand, within a second. */
    figures: async (now: Date) => {
      const count = (filter: Filter<StoredOrder>) =>
        orders.raw.countDocuments(filter, { limit: countedMost, maxTimeMS: countWithinMs })
      const [created, settling, overdue, completedWithoutPayment] = await Promise.all([
        count({ status: 'created', expiresAt: { $gt: new Date(0) } }),
        count({ status: 'settling', sellerId: { $gt: '' } }),
        count({ status: 'created', expiresAt: { $lt: new Date(now.getTime() - promisedMs) } }),
        count({
          _id: { $gt: firstIdOf(new Date(now.getTime() - recentMs)) },
          status: 'completed',
          paymentId: { $exists: false },
        }),
      ])
      return { created, settling, overdue, completedWithoutPayment }
    },

    /** Tells the buyers who are checking out. A mark beside the orders, which themselves go on as they are. */
    markSeller: async (sellerId: string, isSuspended: boolean): Promise<void> => {
      await orders.raw.updateMany(
        { sellerId, status: { $in: ['created', 'settling'] } },
        isSuspended ? { $set: { isSellerSuspended: true } } : { $unset: { isSellerSuspended: '' } },
      )
    },

    /** Whoever is no more checks nothing out: the tickets are free at once. Money that is being taken is taken. */
    cancelOf: async (buyerId: string): Promise<void> => {
      const open = await orders.list({ buyerId, status: 'created' }, { limit: openMost })
      await forEachOf('order of an erased buyer', open, async ({ id }) => {
        await change(id, (order) => (order.status === 'created' ? cancelByBuyer(order, new Date()) : order))
      })
    },

    ofBuyer: async (buyerId: string, limit: number, cursor?: string) => {
      const { rows, nextCursor } = await orders.page({ buyerId }, { order: newestFirst, limit, cursor })
      return { orders: rows, nextCursor }
    },

    /** Tickets said where it stands. A mark of this replica's own: the order itself did not change. */
    acknowledge: (orderId: string, ticketStatus: string) =>
      orders.raw.updateOne(
        { _id: orderId, status: { $in: orderStatusesByTicketStatus[ticketStatus] ?? [] } },
        { $unset: { republishAt: '' } },
      ),

    /**
     * Tells again what tickets should have said that it follows: a broker may have lost it. Each pause is as long as the
     * order has waited by then; after ten minutes tickets asks by itself.
     */
    republishUnacknowledged: async (now = new Date()) => {
      const unfollowed = await orders.list({ republishAt: { $lte: now } }, { sort: { republishAt: 1 }, limit: 50 })
      await forEachOf('retell order', unfollowed, async (order) => {
        const waitedMs = Math.max(firstRepublishMs, now.getTime() - order.updatedAt.getTime())
        const told = order.status === 'settling' ? [event('order.created', toData(order))] : eventsOf(order)
        await orders.raw.updateOne(
          { _id: order.id, version: order.version },
          waitedMs > lastRepublishMs
            ? { $unset: { republishAt: '' } }
            : { $set: { republishAt: new Date(now.getTime() + waitedMs) }, $push: { outbox: { $each: told } } },
        )
        await orders.relay.flush(order.id)
      })
    },
  }
}

export type Orders = ReturnType<typeof openOrders>
