import { now as timeNow } from '@fairpass/sdk/clock'
import { event, type FairpassEvent } from '@fairpass/sdk/events'
import { newestFirst } from '@fairpass/sdk/mongo'
import { forEachOf } from '@fairpass/sdk/run-periodically'
import { type Order, toData } from '../domain/order.ts'
import type { Orders } from '../store.ts'
import { doubt, lapse, remind } from './handover.ts'

const batch = 50

const handoverEvents = (order: Order): FairpassEvent[] => {
  const { kind, status } = order.handover ?? {}
  if (status === 'overdue') return [event('handover.overdue', toData(order))]
  return kind === 'transfer' && status === 'sent' ? [event('handover.sent', toData(order))] : []
}

/** The events about a handover and a claim, for payments and mails; a repeated one changes nothing. */
const eventsOf = (order: Order): FairpassEvent[] => {
  const { id, version, paymentId, ticketId, buyerId, sellerId, claim } = order
  const events = handoverEvents(order)
  if (!claim || paymentId === undefined) return events
  const { reason, cause } = claim
  const data = { id, version, paymentId, ticketId, buyerId, sellerId, reason, ...(cause ? { cause } : {}) }
  if (claim.status === 'open') return [...events, event('claim.opened', data)]
  return [...events, event('claim.decided', { ...data, isRefunded: claim.status === 'refunded' })]
}

type ChangeOrder = (id: string, next: (order: Order) => Order) => Promise<Order | undefined>

/** What a resale and the sale before it mean to each other. */
const createDoubts = (orders: Orders, change: ChangeOrder) => ({
  /** Whether its buyer has sold on what it brought, or is about to be paid for it. */
  isSoldOn: async (id: string): Promise<boolean> => (await orders.resalesOf(id)).length > 0,

  /** The sale by which the seller of some other came by the ticket was refunded: that one is looked at by an admin. */
  doubtResales: async ({ id, status }: Order, now = timeNow()): Promise<void> => {
    if (status !== 'refunded') return
    for (const resale of await orders.resalesOf(id)) await change(resale.id, (order) => doubt(order, now))
  },

  /** The same for a resale that was completed only afterwards. */
  doubtIfResale: async ({ id, status, resaleOf }: Order, now = timeNow()): Promise<void> => {
    if (status !== 'completed' || !resaleOf || (await orders.find(resaleOf))?.status !== 'refunded') return
    await change(id, (order) => doubt(order, now))
  },
})

/** Orders after they were paid: how the tickets come to their buyers, and what buyers claim. */
export const openHandovers = (orders: Orders) => {
  const change = (id: string, next: (order: Order) => Order) => orders.changeTelling(id, next, eventsOf)

  return {
    change,
    ...createDoubts(orders, change),

    /** What a seller sold, newest first. */
    salesOf: (sellerId: string, limit: number, cursor?: string) =>
      orders.page({ sellerId, status: { $in: ['completed', 'refunded'] } }, { order: newestFirst, limit, cursor }),

    /** Claims by how they stand, newest order first. */
    claims: (status: 'open' | 'refunded' | 'rejected', limit: number, cursor?: string) =>
      orders.page({ 'claim.status': status }, { order: newestFirst, limit, cursor }),

    /** Reminds sellers who have not answered that their time is nearly over. */
    remindSellers: async (now = timeNow()): Promise<void> => {
      const found = await orders.list(
        { 'handover.remindAt': { $lte: now }, status: 'completed' },
        { sort: { 'handover.remindAt': 1 }, limit: batch },
      )
      const told = (order: Order) => [event('handover.due', toData(order))]
      await forEachOf('hand-over to remind of', found, ({ id }) =>
        orders.changeTelling(id, (order) => remind(order, now), told),
      )
    },

    /** Refunds what was not passed on in time. */
    sweep: async (now = timeNow()): Promise<void> => {
      const late = await orders.list(
        { 'handover.status': 'waiting', 'handover.deadline': { $lte: now }, status: 'completed' },
        { sort: { 'handover.deadline': 1 }, limit: batch },
      )
      await forEachOf('late hand-over', late, ({ id }) => change(id, (order) => lapse(order, now)))
    },
  }
}

export type Handovers = ReturnType<typeof openHandovers>
