import { now as timeNow } from '@fairpass/sdk/clock'
import { type Collection, newestFirst, openCollection } from '@fairpass/sdk/mongo'
import { forEachOf, pause } from '@fairpass/sdk/run-periodically'
import { type Db, type Filter, type IndexDescription, ObjectId } from 'mongodb'
import { cancelByBuyer, expire, type Order } from './domain/order.ts'
import { countEnd } from './metrics.ts'
import { eventsOf, type PublishDeps, publishAfterHold } from './publish.ts'

/** By when a hold has ended (docs/design.md, promise 3), and how far back completed orders are looked at. */
const promisedMs = 30_000
const recentMs = 3_600_000
const countedMost = 1_000
/** More than the limits let one buyer open within a hold. */
const openMost = 1_000
/** A ticket is sold on once, and again when that is refunded. */
const resalesMost = 20
const countWithinMs = 1_000
/** How long a change waits for its events to be published, in milliseconds. */
const flushMs = 1_000
const active: Order['status'][] = ['created', 'settling', 'completed']

type StoredOrder = Omit<Order, 'id'> & { _id: string }

/** Ids begin with the second in which they were made. */
const firstIdOf = (moment: Date) => ObjectId.createFromTime(Math.floor(moment.getTime() / 1000)).toHexString()

const indexes: IndexDescription[] = [
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
  { key: { resaleOf: 1 }, name: 'resales', sparse: true },
  {
    key: { sellerId: 1 },
    name: 'openOfSeller',
    partialFilterExpression: { status: { $in: ['created', 'settling'] } },
  },
]

type OrderDocuments = Collection<Order>

/** Runs a change, and counts the order's end when that is what it was. */
const countingEnds = () => {
  const before = new Map<string, Order>()
  return {
    noting: (next: (order: Order) => Order) => (order: Order) => {
      before.set(order.id, order)
      return next(order)
    },
    count: (after: Order | undefined) => {
      const was = after && before.get(after.id)
      if (was) countEnd(was, after)
    },
  }
}

type Changes = ReadonlyMap<string, (order: Order) => Order>

/** Changes of several orders in one write; how each ended, by id. */
const createChangeMany = (orders: OrderDocuments) => async (changes: Changes) => {
  const counted = countingEnds()
  const noting = [...changes].map(([id, next]) => [id, counted.noting(next)] as const)
  const ends = await orders.changeMany(new Map(noting), eventsOf)
  for (const end of ends.values()) if (end.status === 'fulfilled') counted.count(end.value)
  return ends
}

/** Waits until the events of changed orders are out, for a second at most: they are stored by then. Settling has none. */
const flush = async ({ relay }: OrderDocuments, changed: readonly Order[]): Promise<void> => {
  const told = changed.filter(({ status }) => status !== 'settling')
  if (told.length === 0) return
  const out = told.map(({ id }) => relay.settled(id).catch(() => {}))
  await Promise.race([Promise.all(out), pause(flushMs)])
}

const createWrites = (orders: OrderDocuments) => {
  const changeMany = createChangeMany(orders)
  const change = async (id: string, next: (order: Order) => Order): Promise<Order | undefined> => {
    const ends = countingEnds()
    const after = await orders.change(id, ends.noting(next), eventsOf)
    ends.count(after)
    return after
  }

  return {
    change,

    /**
     * Changes the order and waits until its hold has followed and its events are out, if that takes no longer than a
     * second: it is stored by then, and the relay goes on. Settling has no events.
     */
    changeAndFlush: async (id: string, next: (order: Order) => Order): Promise<Order | undefined> => {
      const order = await change(id, next)
      await flush(orders, order ? [order] : [])
      return order
    },

    /** The same for several orders at once; how each ended, by id. */
    changeManyAndFlush: async (changes: Changes) => {
      const ends = await changeMany(changes)
      const changed = [...ends.values()].flatMap((end) => (end.status === 'fulfilled' ? (end.value ?? []) : []))
      await flush(orders, changed)
      return ends
    },

    create: (order: Omit<Order, 'version'>): Promise<Order> => orders.insert(order, eventsOf),

    /** Ends the order if its time is over, and returns it as it is now. */
    expire: (id: string, now = timeNow()) => change(id, (order) => expire(order, now)),

    /**
     * The same for an order that was just read.
     * @throws VersionConflictError when somebody else was quicker
     */
    expireFound: async (order: Order, now = timeNow()): Promise<Order> => {
      const ended = expire(order, now)
      if (ended === order) return order
      const saved = await orders.replace(order, ended, eventsOf)
      countEnd(order, saved)
      return saved
    },

    changeMany,
  }
}

/** How many hold a ticket now, and how many are what none may be; each counted up to a thousand, within a second. */
const countFigures = async (orders: OrderDocuments, now: Date) => {
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
}

const createReads = (orders: OrderDocuments) => ({
  /** Those that are there; a payment is refused for good over a miss. */
  findEach: async (ids: readonly string[]): Promise<Order[]> => {
    const found = await orders.list({ _id: { $in: [...ids] } } as Filter<StoredOrder>, { limit: ids.length })
    const known = new Set(found.map(({ id }) => id))
    const missed = await Promise.all(ids.filter((id) => !known.has(id)).map(orders.findConfirmed))
    return [...found, ...missed.flatMap((order) => order ?? [])]
  },

  /** The one order that stands between this ticket and every other buyer. */
  activeOf: (ticketId: string) => orders.findOne({ ticketId, status: { $in: active } }),

  /** Orders that are paid, or nearly, for what the buyer of this one sold on. */
  resalesOf: (orderId: string) =>
    orders.list({ resaleOf: orderId, status: { $in: ['settling', 'completed'] } }, { limit: resalesMost }),

  /** Open orders whose time was over before `before`. */
  due: (before: Date, limit: number) =>
    orders.list({ status: 'created', expiresAt: { $lte: before } }, { sort: { expiresAt: 1 }, limit }),

  figures: (now: Date) => countFigures(orders, now),

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
})

export const openOrders = (db: Db, deps: PublishDeps) => {
  const orders = openCollection<Order>(db, 'orders', { publishAll: publishAfterHold(deps), indexes })
  const writes = createWrites(orders)

  return {
    ...orders,
    ...writes,
    ...createReads(orders),

    /** A change that leaves the order's status as it is, with the events of its own. */
    changeTelling: orders.change,

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
        await writes.change(id, (order) => (order.status === 'created' ? cancelByBuyer(order, timeNow()) : order))
      })
    },
  }
}

export type Orders = ReturnType<typeof openOrders>
