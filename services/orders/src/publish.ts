import { event, type FairpassEvent } from '@fairpass/sdk/events'
import type { PublishAll } from '@fairpass/sdk/mongo'
import { type Order, toData } from './domain/order.ts'
import { type Hold, type Holds, releasedBy, soldTo } from './hold/hold.ts'
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
  holds: Pick<Holds, 'updateEach'>
  waitlist: Pick<Waitlist, 'close'> & Partial<Pick<Waitlist, 'markFreed'>>
  publishAll: PublishAll
}

type Ending = FairpassEvent<'order.cancelled' | 'order.completed'>

const endsHold = (event: FairpassEvent): event is Ending =>
  event.type === 'order.cancelled' || event.type === 'order.completed'

const holdAfter = ({ type, data: { id } }: Ending) => (type === 'order.completed' ? soldTo(id) : releasedBy(id))

/** The holds follow the orders before their events are published, as surely as those are. @returns why some did not, by event */
const followInHolds = async ({ holds, waitlist }: PublishDeps, events: readonly Ending[]) => {
  const byTicket = Map.groupBy(events, ({ data }) => data.ticketId)
  const changes = new Map(
    [...byTicket].map(([ticketId, some]) => [
      ticketId,
      (hold: Hold) => some.reduce((followed, ending) => holdAfter(ending)(followed), hold),
    ]),
  )
  const ends = await holds.updateEach(changes)
  const follow = async (event: Ending) => {
    const end = ends.get(event.data.ticketId)
    if (end?.status === 'rejected') throw end.reason
    if (event.type === 'order.cancelled') await waitlist.markFreed?.(event.data)
  }
  const followed = await Promise.allSettled(events.map(follow))
  return new Map(
    followed.flatMap((end, nth): [string, unknown][] =>
      end.status === 'rejected' ? [[events[nth]?.id ?? '', end.reason]] : [],
    ),
  )
}

/** Publishes the events of orders once their holds have followed. */
export const publishAfterHold =
  (deps: PublishDeps): PublishAll =>
  async (events) => {
    const endings = events.filter(endsHold)
    const sold = endings.flatMap(({ type, data }) => (type === 'order.completed' ? [data.ticketId] : []))
    if (sold.length > 0) await deps.waitlist.close(sold)
    const failures = endings.length > 0 ? await followInHolds(deps, endings) : new Map<string, unknown>()
    const followed = events.filter(({ id }) => !failures.has(id))
    return new Map([...failures, ...(await deps.publishAll(followed))])
  }
