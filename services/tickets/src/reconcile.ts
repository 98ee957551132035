import type { Inbox } from '@fairpass/sdk/mongo'
import { forEachOf } from '@fairpass/sdk/run-periodically'
import { followOrder } from './events.ts'
import type { Orders } from './peers/orders.ts'
import type { Tickets } from './store.ts'

/** How long after its time a reservation waits for the event of its end, in milliseconds. */
const lateMs = 5_000
const batch = 50
/** How many are taken out of the lists by one write, and by one round. */
const unlistedAtOnce = 500
const maxWrites = 100

/**
 * A broker that lost its messages leaves tickets reserved for ever: those whose order should have ended are looked up
 * with orders, and follow what is true there.
 */
export const healOverdue = async ({
  tickets,
  inbox,
  orders,
}: {
  tickets: Tickets
  inbox: Inbox
  orders: Pick<Orders, 'find'>
}): Promise<void> => {
  const overdue = await tickets.overdue(new Date(Date.now() - lateMs), batch)
  await forEachOf('overdue reservation', overdue, async ({ reservation }) => {
    if (!reservation) return
    await followOrder(tickets, inbox, await orders.find(reservation.orderId))
  })
}

/** What has begun leaves the lists, and what they are read by. */
export const unlistBegun = async (tickets: Pick<Tickets, 'unlistBegun'>, now: Date): Promise<void> => {
  for (let written = 0; written < maxWrites; written++)
    if ((await tickets.unlistBegun(now, unlistedAtOnce)) < unlistedAtOnce) return
}
