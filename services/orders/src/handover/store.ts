import { event, type FairpassEvent } from '@fairpass/sdk/events'
import { decodeCursor, encodeCursor } from '@fairpass/sdk/mongo'
import { forEachOf } from '@fairpass/sdk/run-periodically'
import { type Order, toData } from '../domain/order.ts'
import type { Orders } from '../store.ts'
import { lapse } from './handover.ts'

const batch = 50

/** What payments, and mails, hear of a hand-over and of a claim. */
const eventsOf = (order: Order): FairpassEvent[] => {
  const { id, version, paymentId, ticketId, buyerId, sellerId, claim, handover } = order
  const overdue = handover?.status === 'overdue' ? [event('handover.overdue', toData(order))] : []
  if (!claim || paymentId === undefined) return overdue
  const data = { id, version, paymentId, ticketId, buyerId, sellerId, reason: claim.reason }
  if (claim.status === 'open') return [...overdue, event('claim.opened', data)]
  return [...overdue, event('claim.decided', { ...data, isRefunded: claim.status === 'refunded' })]
}

/** Orders after they were paid: how the tickets come to their buyers, and what buyers claim. */
export const openHandovers = (orders: Orders) => {
  const page = async (filter: Parameters<Orders['list']>[0], limit: number, cursor?: string) => {
    const before = cursor ? { _id: { $lt: decodeCursor(cursor)[1] } } : {}
    const found = await orders.list({ ...filter, ...before }, { sort: { _id: -1 }, limit: limit + 1 })
    const rows = found.slice(0, limit)
    const last = rows.at(-1)
    return { rows, nextCursor: last && found.length > limit ? encodeCursor([last.id, last.id]) : null }
  }

  const change = (id: string, next: (order: Order) => Order) => orders.changeTelling(id, next, eventsOf)

  return {
    change,

    /** What a seller sold, newest first. */
    salesOf: (sellerId: string, limit: number, cursor?: string) =>
      page({ sellerId, status: { $in: ['completed', 'refunded'] } }, limit, cursor),

    /** Claims by how they stand, newest order first. */
    claims: (status: 'open' | 'refunded' | 'rejected', limit: number, cursor?: string) =>
      page({ 'claim.status': status }, limit, cursor),

    /** Refunds what was not passed on in time. */
    sweep: async (now = new Date()): Promise<void> => {
      const late = await orders.list(
        { 'handover.status': 'waiting', 'handover.deadline': { $lte: now }, status: 'completed' },
        { sort: { 'handover.deadline': 1 }, limit: batch },
      )
      await forEachOf('late hand-over', late, ({ id }) => change(id, (order) => lapse(order, now)))
    },
  }
}

export type Handovers = ReturnType<typeof openHandovers>
