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

/** An open page asks within seconds of the ticket being free; those whose page has not are away. */
const awayAfterMs = 15_000
const batch = 20

/**
 * Notifies those on the waitlist of a free ticket who are not at its page. A ticket that is held again by then is skipped.
 * After a crash the same notice may be published twice: auth recognises it by its order.
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
