import { NotFoundError } from '@fairpass/sdk/errors'
import type { OrderData } from '@fairpass/sdk/events'
import type { Db } from 'mongodb'
import { followOrders } from './events.ts'
import type { Orders } from './peers/orders.ts'
import type { Tickets } from './store.ts'

/** How many are taken out of the lists by one write, and by one round. */
const unlistedAtOnce = 500
const maxWrites = 100
/** Up to which change of an order the tickets are known to follow. */
type Position = { _id: 'orders'; at: Date; id: string }

/**
 * How old a change must be before it is looked up, in milliseconds: longer than any write takes, so that none with an
 * earlier time can come after it, and long enough for its event to have come.
 */
const settledMs = 10_000
const pageSize = 100
const maxPages = 20
/** How far back the very first search goes, in milliseconds. */
const firstLookMs = 3_600_000

type Deps = { db: Db; tickets: Tickets; orders: Pick<Orders, 'changedSince'> }

/**
 * A broker can lose its messages. So tickets periodically asks orders what changed since it last asked, and applies what it
 * has missed; what it knows already costs no write.
 */
export const createReconciler = ({ db, tickets, orders }: Deps) => {
  const positions = db.collection<Position>('positions')

  const follow = async (changed: OrderData[]): Promise<void> => {
    const ends = await followOrders(tickets, changed)
    // A ticket that is gone cannot follow any more, and keeps no other from it.
    const failed = ends.find((end) => end.status === 'rejected' && !(end.reason instanceof NotFoundError))
    if (failed?.status === 'rejected') throw failed.reason
  }

  return async (now = new Date()): Promise<void> => {
    const until = new Date(now.getTime() - settledMs)
    const stored = await positions.findOne({ _id: 'orders' })
    // A position that is ahead is of a clock that was set back since: what happened then is of the hour before by the new one.
    const isKnown = stored !== null && stored.at <= until
    let { at, id } = isKnown ? stored : { at: new Date(now.getTime() - firstLookMs), id: '' }
    for (let page = 0; page < maxPages; page++) {
      const { orders: changed, next } = await orders.changedSince({ at, id, until, limit: pageSize })
      if (changed.length === 0) return
      await follow(changed)
      if (next) ({ at, id } = next)
      await positions.updateOne({ _id: 'orders' }, { $set: { at, id } }, { upsert: true })
      if (changed.length < pageSize) return
    }
  }
}

/** What has begun leaves the lists, and what they are read by. */
export const unlistBegun = async (tickets: Pick<Tickets, 'unlistBegun'>, now: Date): Promise<void> => {
  for (let written = 0; written < maxWrites; written++)
    if ((await tickets.unlistBegun(now, unlistedAtOnce)) < unlistedAtOnce) return
}
