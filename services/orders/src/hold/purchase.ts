import { now as timeNow } from '@fairpass/sdk/clock'
import type { TicketData } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import { pause } from '@fairpass/sdk/run-periodically'
import type { Catalogue } from '../catalogue.ts'
import { assertOffered, conflictFor, lacksFile, secondsUntil } from '../domain/offer.ts'
import { isDue, type Order, TicketBeingCheckedOutError, TicketSoldError } from '../domain/order.ts'
import { countHold } from '../metrics.ts'
import type { Orders } from '../store.ts'
import { createFence } from './fence.ts'
import type { ActiveHold, Holds } from './hold.ts'
import { createOrderInsert, type OpenedOrder } from './insert-order.ts'

type Deps = { holds: Holds; orders: Orders; catalogue: Catalogue; holdSeconds: number }

/** Every lost write means that another request won, so a handful of rounds is plenty. */
const maxRounds = 12
const betweenRoundsMs = 25

/** The outcome for a ticket that is held already. */
const createHoldCheck = ({ holds, orders }: Pick<Deps, 'holds' | 'orders'>) => {
  const insert = createOrderInsert({ holds, orders })

  return {
    insert,

    /** A hold past its time: ends its order, unless money is being taken for it. Returns only when the ticket can be taken. */
    endOverdue: async (held: ActiveHold, now: Date): Promise<void> => {
      const refusal = conflictFor(await orders.expire(held.orderId, now), now)
      if (refusal) throw refusal
    },

    /** The buyer's own hold: its order, which a crash may have kept from being stored. */
    resume: async (ticket: TicketData, held: ActiveHold, now: Date): Promise<OpenedOrder | undefined> => {
      const order = await orders.find(held.orderId)
      if (!order) return insert(ticket, held, now)
      await orders.relay.flush(order.id)
      await (order.status === 'completed' ? holds.markSold(ticket.id, order.id) : holds.release(ticket.id, order.id))
      return undefined
    },

    /** The buyer's order, if its time is not over or money is being taken for it. */
    openOrder: async (orderId: string, now: Date): Promise<Order | undefined> => {
      const order = await orders.find(orderId)
      const isOpen = order?.status === 'settling' || (order?.status === 'created' && !isDue(order, now))
      return isOpen ? order : undefined
    },
  }
}

/** One attempt at the ticket; undefined when somebody wrote in between and all has to be read again. */
const createAttempt = ({ holds, orders, catalogue, holdSeconds }: Deps) => {
  const { insert, endOverdue, resume, openOrder } = createHoldCheck({ holds, orders })

  return async (buyerId: string, ticketId: string): Promise<OpenedOrder | undefined> => {
    const now = timeNow()
    const found = await holds.read(ticketId)
    const { hold } = found
    const fence = hold.status === 'free' ? hold.fence : undefined
    const known = await catalogue.find(ticketId, fence?.version)
    // The file may have been uploaded a moment ago.
    const ticket = lacksFile(known) ? await catalogue.find(ticketId, known.version + 1) : known
    const own = hold.status === 'held' && hold.buyerId === buyerId ? await openOrder(hold.orderId, now) : undefined
    if (own) return { order: own, isNew: false }
    assertOffered(ticket, buyerId, now)
    if (hold.status === 'sold') throw new TicketSoldError()
    if (hold.status === 'held') {
      if (hold.buyerId === buyerId && hold.expiresAt > now) return resume(ticket, hold, now)
      if (hold.expiresAt > now) throw new TicketBeingCheckedOutError(secondsUntil(hold.expiresAt, now))
      await endOverdue(hold, now)
    }
    if (fence && ticket.version < fence.version && fence.until > now) return undefined
    const mine: ActiveHold = {
      status: 'held',
      orderId: newId(),
      buyerId,
      expiresAt: new Date(now.getTime() + holdSeconds * 1000),
    }
    return (await holds.write(ticketId, mine, found)) ? insert(ticket, mine, now) : undefined
  }
}

type Availability = { free: boolean; freeBy?: Date; orderId?: string }

/** Opening an order: hold the ticket in the state store, then let the unique index in MongoDB have the last word. */
export const createPurchase = (deps: Deps) => {
  const { orders, catalogue } = deps
  const attempt = createAttempt(deps)

  return {
    fence: createFence(deps),

    /**
     * Opens the buyer's order for a ticket, or returns the one that is open.
     * @throws TicketBeingCheckedOutError, TicketSoldError, TicketWithdrawnError, OwnTicketError
     */
    open: (buyerId: string, ticketId: string): Promise<OpenedOrder> =>
      countHold(async () => {
        for (let round = 1; round <= maxRounds; round++) {
          const opened = await attempt(buyerId, ticketId)
          if (opened) return opened
          await pause(betweenRoundsMs)
        }
        throw new TicketBeingCheckedOutError(1)
      }),

    /**
     * Whether the ticket is free now, and if not, when the current checkout ends at the latest; its order only for the buyer
     * whose checkout it is.
     * @throws TicketSoldError, TicketWithdrawnError, OwnTicketError
     */
    availability: async (buyerId: string, ticketId: string): Promise<Availability> => {
      const now = timeNow()
      assertOffered(await catalogue.find(ticketId), buyerId, now)
      const order = await orders.activeOf(ticketId)
      if (!order || isDue(order, now)) return { free: true }
      if (order.status === 'completed') throw new TicketSoldError()
      return {
        free: false,
        ...(order.status === 'created' ? { freeBy: order.expiresAt } : {}),
        ...(order.buyerId === buyerId ? { orderId: order.id } : {}),
      }
    },
  }
}

export type Purchase = ReturnType<typeof createPurchase>
