import { NotFoundError, ServiceUnavailableError, VersionConflictError } from '@fairpass/sdk/errors'
import { Id } from '@fairpass/sdk/http'
import * as v from 'valibot'
import { type Ticket, TicketReservedError, TicketSoldError } from './domain/ticket.ts'
import { fenceWithinMs, type Orders } from './peers/orders.ts'
import type { Tickets } from './store.ts'

/** Within this a fenced change is stored. */
const storeWithinMs = 1_000
/** How often a change is fenced again when another write came in between. */
const maxFences = 5

type Deps = { tickets: Pick<Tickets, 'find' | 'replace'>; orders: Pick<Orders, 'fence'> }
type Store = (before: Ticket, after: Ticket, bound: { timeoutMs: number }) => Promise<Ticket>

/** Changes of listings by their sellers. */
export const createFencedChange = ({ tickets, orders }: Deps) => {
  const findOr404 = async (id: string): Promise<Ticket> => {
    const ticket = v.is(Id, id) ? await tickets.find(id) : undefined
    if (!ticket) throw new NotFoundError('There is no such ticket')
    return ticket
  }

  const findOwn = async (id: string, sellerId: string): Promise<Ticket> => {
    const ticket = await findOr404(id)
    if (ticket.sellerId !== sellerId) throw new NotFoundError('There is no such ticket')
    return ticket
  }

  return {
    findOr404,
    findOwn,

    /**
     * Orders alone know whether somebody is checking out right now: asks, and keeps buyers away until exactly the version
     * that was announced is stored. When another write was quicker, all of it again.
     */
    changeUnlessHeld: async (
      id: string,
      sellerId: string,
      change: (ticket: Ticket) => Ticket,
      store: Store = tickets.replace,
    ): Promise<Ticket> => {
      for (let round = 1; round <= maxFences; round++) {
        const ticket = await findOwn(id, sellerId)
        const changed = change(ticket)
        if (changed === ticket) return ticket
        const askedAt = performance.now()
        const verdict = await orders.fence(id, ticket.version + 1)
        if (verdict === 'reserved') throw new TicketReservedError()
        if (verdict === 'sold') throw new TicketSoldError()
        if (performance.now() - askedAt > fenceWithinMs) throw new ServiceUnavailableError()
        try {
          return await store(ticket, changed, { timeoutMs: storeWithinMs })
        } catch (error) {
          if (!(error instanceof VersionConflictError)) throw error
        }
      }
      throw new VersionConflictError()
    },
  }
}

export type FencedChange = ReturnType<typeof createFencedChange>
