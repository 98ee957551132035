import type { TicketData } from '@fairpass/sdk/events'
import { isDuplicateKey, newId } from '@fairpass/sdk/mongo'
import { pause } from '@fairpass/sdk/run-periodically'
import type { Catalogue } from '../catalogue.ts'
import {
  isDue,
  type Order,
  OwnTicketError,
  TicketBeingCheckedOutError,
  TicketFileMissingError,
  TicketSoldError,
  TicketWithdrawnError,
} from '../domain/order.ts'
import { countHold } from '../metrics.ts'
import type { Orders } from '../store.ts'
import type { Held, Hold, Holds } from './hold.ts'

type Deps = { holds: Holds; orders: Orders; catalogue: Catalogue; holdSeconds: number }
export type Opened = { order: Order; isNew: boolean }

/** Every lost write means that somebody won it, so a handful of rounds is plenty. */
const maxRounds = 12
const betweenRoundsMs = 25
/** How long a buyer is asked to wait while money is being taken, in seconds. */
const settlingSeconds = 5
/** How long a seller's change keeps buyers away when it is never stored, in milliseconds. */
const fenceMs = 5_000

const secondsUntil = (moment: Date, now: Date) => Math.max(1, Math.ceil((moment.getTime() - now.getTime()) / 1000))

const orderOf = (ticket: TicketData, { orderId, buyerId, expiresAt }: Held, now: Date): Omit<Order, 'version'> => ({
  id: orderId,
  status: 'created',
  ticketId: ticket.id,
  ticket: {
    id: ticket.id,
    title: ticket.title,
    venue: ticket.venue,
    city: ticket.city,
    startsAt: new Date(ticket.startsAt),
    ...(ticket.timeZone === undefined ? {} : { timeZone: ticket.timeZone }),
  },
  buyerId,
  ...(ticket.delivery === 'file' ? { delivery: 'file' as const } : {}),
  ...(ticket.withoutBarcode ? { isWithoutBarcode: true as const } : {}),
  sellerId: ticket.sellerId,
  totalCents: ticket.priceCents,
  currency: ticket.currency,
  createdAt: now,
  expiresAt,
  updatedAt: now,
})

const lacksFile = ({ delivery, hasFile }: TicketData) => delivery === 'file' && !hasFile

/** Opening an order: hold the ticket in the state store, then let the unique index in MongoDB have the last word. */
export const createPurchase = ({ holds, orders, catalogue, holdSeconds }: Deps) => {
  const assertOffered = (ticket: TicketData, buyerId: string, now: Date) => {
    if (ticket.sellerId === buyerId) throw new OwnTicketError()
    if (ticket.status === 'withdrawn' || new Date(ticket.startsAt) <= now) throw new TicketWithdrawnError()
    if (lacksFile(ticket)) throw new TicketFileMissingError()
  }

  /** Whose order stands in the way, as an answer; an order that is over does not. */
  const conflictFor = (order: Order | undefined, now: Date): Error | undefined => {
    if (order?.status === 'completed') return new TicketSoldError()
    if (order?.status === 'settling') return new TicketBeingCheckedOutError(settlingSeconds)
    if (order?.status === 'created') return new TicketBeingCheckedOutError(secondsUntil(order.expiresAt, now))
    return undefined
  }

  /** Inserts the order of a hold. Undefined when an order of another hold stood in the way and is over now: try again. */
  const insert = async (ticket: TicketData, held: Held, now: Date): Promise<Opened | undefined> => {
    try {
      return { order: await orders.create(orderOf(ticket, held, now)), isNew: true }
    } catch (error) {
      if (!isDuplicateKey(error)) {
        // Should it have been stored all the same, the next BUY meets it at the unique index, and holds for it again.
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

  /** The state store lost a hold that MongoDB still knows: it is written back. */
  const rebuild = ({ id: orderId, ticketId, buyerId, expiresAt, status }: Order) =>
    holds.update(ticketId, () =>
      status === 'completed' ? { status: 'sold', orderId } : { status: 'held', orderId, buyerId, expiresAt },
    )

  /** A hold past its time: ends its order, unless money is being taken for it. Returns only when the ticket can be taken. */
  const endOverdue = async (held: Held, now: Date): Promise<void> => {
    const refusal = conflictFor(await orders.expire(held.orderId, now), now)
    if (refusal) throw refusal
  }

  /** The buyer's own hold: its order, which a crash may have kept from being stored. */
  const resume = async (ticket: TicketData, held: Held, now: Date): Promise<Opened | undefined> => {
    const order = await orders.find(held.orderId)
    if (!order) return insert(ticket, held, now)
    await orders.relay.flush(order.id)
    await (order.status === 'completed' ? holds.markSold(ticket.id, order.id) : holds.release(ticket.id, order.id))
    return undefined
  }

  /** The buyer's order, if its time is not over or money is being taken for it. */
  const openOrder = async (orderId: string, now: Date): Promise<Order | undefined> => {
    const order = await orders.find(orderId)
    const isOpen = order?.status === 'settling' || (order?.status === 'created' && !isDue(order, now))
    return isOpen ? order : undefined
  }

  /** One attempt at the ticket; undefined when somebody wrote in between and all has to be read again. */
  const attempt = async (buyerId: string, ticketId: string): Promise<Opened | undefined> => {
    const now = new Date()
    const found = await holds.read(ticketId)
    const { hold } = found
    const fence = hold.status === 'free' ? hold.fence : undefined
    const known = await catalogue.find(ticketId, fence?.version)
    // The file may have come a moment ago.
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
    const mine: Held = {
      status: 'held',
      orderId: newId(),
      buyerId,
      expiresAt: new Date(now.getTime() + holdSeconds * 1000),
    }
    return (await holds.write(ticketId, mine, found)) ? insert(ticket, mine, now) : undefined
  }

  return {
    /**
     * Opens the buyer's order for a ticket, or returns the one that is open.
     * @throws TicketBeingCheckedOutError, TicketSoldError, TicketWithdrawnError, OwnTicketError
     */
    open: (buyerId: string, ticketId: string): Promise<Opened> =>
      countHold(async () => {
        for (let round = 1; round <= maxRounds; round++) {
          const opened = await attempt(buyerId, ticketId)
          if (opened) return opened
          await pause(betweenRoundsMs)
        }
        throw new TicketBeingCheckedOutError(1)
      }),

    /**
     * Whether the ticket could be had now, and if not, when at the latest whoever checks it out has to be done.
     * @throws TicketSoldError, TicketWithdrawnError, OwnTicketError
     */
    standing: async (buyerId: string, ticketId: string): Promise<{ free: boolean; freeBy?: Date }> => {
      const now = new Date()
      assertOffered(await catalogue.find(ticketId), buyerId, now)
      const order = await orders.activeOf(ticketId)
      if (!order || isDue(order, now)) return { free: true }
      if (order.status === 'completed') throw new TicketSoldError()
      return { free: false, ...(order.status === 'created' ? { freeBy: order.expiresAt } : {}) }
    },

    /**
     * Asked by tickets before it changes a listing to `version`: keeps buyers away until that version is known here, for at
     * most five seconds, unless an order holds the ticket.
     */
    fence: async (ticketId: string, version: number): Promise<'free' | 'reserved' | 'sold'> => {
      const now = new Date()
      const found = await orders.activeOf(ticketId)
      const standing = found && isDue(found, now) ? await orders.expire(found.id, now) : found
      const refusal = conflictFor(standing, now)
      if (refusal) return refusal instanceof TicketSoldError ? 'sold' : 'reserved'
      const fence = { version, until: new Date(now.getTime() + fenceMs) }
      const isFree = (hold: Hold) =>
        hold.status === 'free' || (hold.status === 'held' && (hold.expiresAt <= now || hold.orderId === found?.id))
      const written = await holds.update(ticketId, (hold) => (isFree(hold) ? { status: 'free', fence } : hold))
      if (written.status === 'sold') return 'sold'
      return written.status === 'free' && written.fence === fence ? 'free' : 'reserved'
    },
  }
}

export type Purchase = ReturnType<typeof createPurchase>
