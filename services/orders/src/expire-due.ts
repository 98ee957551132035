import { now } from '@fairpass/sdk/clock'
import { VersionConflictError } from '@fairpass/sdk/errors'
import { pause, safetyNetMs } from '@fairpass/sdk/run-periodically'
import type { Order } from './domain/order.ts'
import type { Orders } from './store.ts'

/** How many are looked up at once, and how many are ended at once. */
const pageSize = 500
const atOnce = 32
const maxPages = 40
/** How long those that run out within one second are gathered, in milliseconds. */
const gatherMs = 50

const endEach = async (orders: Orders, due: readonly Order[]): Promise<void> => {
  for (let from = 0; from < due.length; from += atOnce) {
    const ends = await Promise.allSettled(due.slice(from, from + atOnce).map((order) => orders.expireFound(order)))
    // Another request was quicker: it has ended the order, or is taking money for it.
    const failed = ends.find((end) => end.status === 'rejected' && !(end.reason instanceof VersionConflictError))
    if (failed?.status === 'rejected') throw failed.reason
  }
}

/** Ends each order whose time is over before `until` as soon as it is, never before. Made for an `until` that is near. */
export const expireUntil = async (orders: Orders, until: Date): Promise<void> => {
  for (let page = 0; page < maxPages; page++) {
    const found = await orders.due(until, pageSize)
    let left = found
    while (left[0]) {
      await pause(Math.max(0, left[0].expiresAt.getTime() - now().getTime()))
      const at = now()
      const due = left.filter(({ expiresAt }) => expiresAt <= at)
      left = left.slice(due.length)
      await endEach(orders, due)
      if (left[0]) await pause(gatherMs)
    }
    if (found.length < pageSize) return
  }
}

/** How long the clock of expiration has before the periodic search takes over, in milliseconds. */
const graceMs = 500
/** The shortest interval between two searches, in milliseconds. */
const betweenLooksMs = 700

/**
 * Ends the orders that no reminder ended and nobody read: the last guard of the promise that every hold ends.
 * @returns in how many milliseconds the next may have to be ended; undefined when that is not soon
 */
export const expireOverdue = async (orders: Orders): Promise<number | undefined> => {
  const [first] = await orders.due(new Date(now().getTime() + safetyNetMs), 1)
  if (!first) return undefined
  const overdueInMs = first.expiresAt.getTime() + graceMs - now().getTime()
  if (overdueInMs <= 0) await expireUntil(orders, new Date(now().getTime() - graceMs))
  return Math.max(overdueInMs, betweenLooksMs)
}
