import type { TicketData } from '@fairpass/sdk/events'
import { isDuplicateKey } from '@fairpass/sdk/mongo'
import { conflictFor, orderOf } from '../domain/offer.ts'
import { isDue, type Order } from '../domain/order.ts'
import type { Orders } from '../store.ts'
import type { ActiveHold, Holds } from './hold.ts'

export type OpenedOrder = { order: Order; isNew: boolean }

type Deps = { holds: Holds; orders: Orders }

/**
 * Inserts the order of a hold; the unique index over active orders has the last word.
 * Undefined when the order of another hold was in the way and is over now: try again.
 */
export const createOrderInsert = ({ holds, orders }: Deps) => {
  /** The state store lost a hold that MongoDB still knows: it is written back. */
  const rebuild = ({ id: orderId, ticketId, buyerId, expiresAt, status }: Order) =>
    holds.update(ticketId, () =>
      status === 'completed' ? { status: 'sold', orderId } : { status: 'held', orderId, buyerId, expiresAt },
    )

  return async (ticket: TicketData, held: ActiveHold, now: Date): Promise<OpenedOrder | undefined> => {
    try {
      return { order: await orders.create(orderOf(ticket, held, now)), isNew: true }
    } catch (error) {
      if (!isDuplicateKey(error)) {
        // If it was stored nevertheless, the next BUY meets it at the unique index, and takes the hold for it again.
        await holds.release(ticket.id, held.orderId).catch(() => {})
        throw error
      }
    }
    const own = await orders.find(held.orderId)
    if (own) return { order: own, isNew: false }
    const found = await orders.activeOf(ticket.id)
    if (!found) return undefined
    const standing = isDue(found, now) ? await orders.expire(found.id) : found
    const refusal = conflictFor(standing, now)
    if (!standing || !refusal) return undefined
    await rebuild(standing)
    if (standing.buyerId === held.buyerId && standing.status !== 'completed') return { order: standing, isNew: false }
    throw refusal
  }
}
