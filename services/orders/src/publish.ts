import { event, type FairpassEvent } from '@fairpass/sdk/events'
import { type PublishAll, publishEach } from '@fairpass/sdk/mongo'
import { type Order, toData } from './domain/order.ts'
import type { Holds } from './hold/hold.ts'
import type { Waitlist } from './waitlist/store.ts'

/** The events of an order that came to this status. Settling is orders' own business: nobody else needs to know. */
export const eventsOf = (order: Order): FairpassEvent[] => {
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

export type PublishDeps = {
  holds: Pick<Holds, 'release' | 'markSold'>
  waitlist: Pick<Waitlist, 'close'> & Partial<Pick<Waitlist, 'markFreed'>>
  publishAll: PublishAll
}

/** The hold follows the order before its event is published, as surely as that is. */
const followInHold = async ({ holds, waitlist }: PublishDeps, event: FairpassEvent) => {
  if (event.type === 'order.cancelled') {
    await holds.release(event.data.ticketId, event.data.id)
    await waitlist.markFreed?.(event.data)
  }
  if (event.type === 'order.completed') await holds.markSold(event.data.ticketId, event.data.id)
}

/** Publishes the events of orders once their holds have followed. */
export const publishAfterHold =
  (deps: PublishDeps): PublishAll =>
  async (events) => {
    const sold = events.flatMap((event) => (event.type === 'order.completed' ? [event.data.ticketId] : []))
    if (sold.length > 0) await deps.waitlist.close(sold)
    const failures = await publishEach((event) => followInHold(deps, event))(events)
    const followed = events.filter(({ id }) => !failures.has(id))
    return new Map([...failures, ...(await deps.publishAll(followed))])
  }
