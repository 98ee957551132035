import type { EventHandlers, FairpassEvent, OrderData } from '@fairpass/sdk/events'
import type { OwedMail } from '../mail/store.ts'
import type { Deps } from './deps.ts'
import { saleOf, withHandover } from './sale.ts'

/** A receipt for the buyer, and a notice for the seller. */
const saleMails = (order: OrderData): OwedMail[] => {
  const cause = `order:${order.id}:completed`
  const data = withHandover(order)
  return [
    { kind: 'bought', cause: `${cause}:buyer`, to: { userId: order.buyerId }, data },
    { kind: 'sold', cause: `${cause}:seller`, to: { userId: order.sellerId }, data },
  ]
}

/** A sale and how its ticket comes to its buyer. */
export const createOrderHandlers = ({ mails }: Pick<Deps, 'mails'>): EventHandlers => ({
  'order.completed': {
    batch: async (events: FairpassEvent<'order.completed'>[]) => {
      await mails.owe(events.flatMap(({ data }) => saleMails(data)))
      return Promise.allSettled(events)
    },
  },

  'handover.due': async ({ data: order }) => {
    const cause = `order:${order.id}:hand-over`
    await mails.owe([{ kind: 'hand-over', cause, to: { userId: order.sellerId }, data: withHandover(order) }])
  },

  'handover.sent': async ({ data: order }) => {
    const cause = `order:${order.id}:sent`
    await mails.owe([{ kind: 'handed-over', cause, to: { userId: order.buyerId }, data: saleOf(order) }])
  },

  /** The buyer is notified when the money goes back. */
  'handover.overdue': async ({ data: order }) => {
    const cause = `order:${order.id}:overdue`
    await mails.owe([{ kind: 'hand-over-overdue', cause, to: { userId: order.sellerId }, data: saleOf(order) }])
  },
})
