import { forEachOf } from '@fairpass/sdk/run-periodically'
import type { Orders } from './store.ts'

/** How long the timer has before the sweep takes over, in milliseconds. */
const graceMs = 700
const batch = 100

/** Ends the orders that no timer ended and nobody read: the last guard of the promise that every hold ends. */
export const sweepDue = async (orders: Orders): Promise<void> => {
  const due = await orders.due(new Date(Date.now() - graceMs), batch)
  await forEachOf('due order', due, ({ id }) => orders.expire(id))
}
