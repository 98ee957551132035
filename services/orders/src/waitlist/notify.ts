import { now as timeNow } from '@fairpass/sdk/clock'
import { event, type FairpassEvent } from '@fairpass/sdk/events'
import type { Catalogue } from '../catalogue.ts'
import type { Orders } from '../store.ts'
import type { Waitlist } from './store.ts'

type Deps = {
  waitlist: Waitlist
  orders: Pick<Orders, 'activeOf'>
  catalogue: Pick<Catalogue, 'find'>
  publish: (event: FairpassEvent) => Promise<void>
}

/** An open page looks within seconds of the ticket being free; whoever has not by then is not there. */
const awayAfterMs = 15_000
const batch = 20

/**
 * Tells of tickets that are free again to those in line who are not at the page. A ticket that somebody holds again by then
 * is no news. The same may be told twice when a crash comes in between: whoever writes the mails knows it by its order.
 */
export const notifyAway = async ({ waitlist, orders, catalogue, publish }: Deps, now = timeNow()): Promise<void> => {
  for (let turn = 0; turn < batch; turn++) {
    const freed = await waitlist.freedBefore(new Date(now.getTime() - awayAfterMs))
    if (!freed) return
    const { ticketId: id, orderId, version, userIds } = freed
    const isHeldAgain = (await orders.activeOf(id)) !== undefined
    if (userIds.length > 0 && !isHeldAgain) {
      const { title, venue, city, startsAt, timeZone } = await catalogue.find(id)
      const show = { title, venue, city, startsAt, ...(timeZone ? { timeZone } : {}) }
      await publish(event('waitlist.notified', { id, version, orderId, userIds, ...show }))
    }
    await waitlist.unmarkFreed(freed)
  }
}
