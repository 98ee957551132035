import { event, type FairpassEvent } from '@fairpass/sdk/events'
import { newestFirst, openCollection, type PublishAll, publishEach } from '@fairpass/sdk/mongo'
import { forEachOf } from '@fairpass/sdk/run-periodically'
import { type Db, type Filter, ObjectId } from 'mongodb'
import { cancelByBuyer, expire, type Order, toData } from './domain/order.ts'
import type { Holds } from './hold/hold.ts'
import { countEnd } from './metrics.ts'
import type { Waitlist } from './waitlist/store.ts'

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

type Deps = {
  holds: Pick<Holds, 'release' | 'markSold'>
  waitlist: Pick<Waitlist, 'close'> & Partial<Pick<Waitlist, 'markFreed'>>
  publishAll: PublishAll
}

/** The hold follows the order before its event is published, as surely as that is. */
const followInHold = async ({ holds, waitlist }: Deps, event: FairpassEvent) => {
  if (event.type === 'order.cancelled') {
    await holds.release(event.data.ticketId, event.data.id)
    await waitlist.markFreed?.(event.data)
  }
  if (event.type === 'order.completed') await holds.markSold(event.data.ticketId, event.data.id)
}

const publishAfterHold =
  (deps: Deps): PublishAll =>
  async (events) => {
    const sold = events.flatMap((event) => (event.type === 'order.completed' ? [event.data.ticketId] : []))
    if (sold.length > 0) await deps.waitlist.close(sold)
    const failures = await publishEach((event) => followInHold(deps, event))(events)
    const followed = events.filter(({ id }) => !failures.has(id))
    return new Map([...failures, ...(await deps.publishAll(followed))])
  }

type StoredOrder = Omit<Order, 'id'> & { _id: string }

/** Ids begin with the second in which they were made. */
const firstIdOf = (moment: Date) => ObjectId.createFromTime(Math.floor(moment.getTime() / 1000)).toHexString()

export const openOrders = (db: Db, deps: Deps) => {
  const orders = openCollection<Order>(db, 'orders', {
    publishAll: publishAfterHold(deps),
    indexes: [
      { key: { ticketId: 1 }, name: 'oneActive', unique: true, partialFilterExpression: { status: { $in: active } } },
      { key: { expiresAt: 1 }, name: 'due', partialFilterExpression: { status: 'created' } },
      { key: { buyerId: 1, _id: -1 }, name: 'buyer' },
      { key: { updatedAt: 1, _id: 1 }, name: 'changes' },
      {
        key: { 'handover.deadline': 1 },
        name: 'to be handed over',
        partialFilterExpression: { 'handover.status': 'waiting' },
      },
      { key: { 'handover.remindAt': 1 }, name: 'to be reminded of', sparse: true },
      {
        key: { sellerId: 1, _id: -1 },
        name: 'sales',
        partialFilterExpression: { status: { $in: ['completed', 'refunded'] } },
      },
      { key: { 'claim.status': 1, _id: -1 }, name: 'claims', sparse: true },
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

    /** The same for what does not change the order's status, with the events of its own. */
    changeTelling: orders.change,

    create: (order: Omit<Order, 'version'>): Promise<Order> => orders.insert(order, eventsOf),

    /** The one order that stands between this ticket and every other buyer. */
    activeOf: (ticketId: string) => orders.findOne({ ticketId, status: { $in: active } }),

    /** Ends the order if its time is over, and returns it as it is now. */
    expire: (id: string, now = new Date()) => change(id, (order) => expire(order, now)),

    /**
     * The same for an order that was just read.
     * @throws VersionConflictError when somebody else was quicker
     */
    expireFound: async (order: Order, now = new Date()): Promise<Order> => {
      const ended = expire(order, now)
      if (ended === order) return order
      const saved = await orders.replace(order, ended, eventsOf)
      countEnd(order, saved)
      return saved
    },

    /** The same change for several orders; how each ended, by id. */
    changeMany: async (changes: ReadonlyMap<string, (order: Order) => Order>) => {
      const before = new Map<string, Order>()
      const noting = [...changes].map(
        ([id, next]) =>
          [
            id,
            (order: Order) => {
              before.set(id, order)
              return next(order)
            },
          ] as const,
      )
      const ends = await orders.changeMany(new Map(noting), eventsOf)
      for (const [id, end] of ends) {
        const was = before.get(id)
        if (was && end.status === 'fulfilled' && end.value) countEnd(was, end.value)
      }
      return ends
    },

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

    /** Orders that changed after `at`, or at it with a later id, until `until`, the earliest change first. */
    changedSince: (at: Date, id: string, until: Date, limit: number) =>
      orders.list(
        { $or: [{ updatedAt: { $gt: at, $lte: until } }, { updatedAt: at, _id: { $gt: id } }] } as Filter<StoredOrder>,
        { sort: { updatedAt: 1, _id: 1 }, limit },
      ),
  }
}

export type Orders = ReturnType<typeof openOrders>
