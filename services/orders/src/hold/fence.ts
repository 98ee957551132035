import { now as timeNow } from '@fairpass/sdk/clock'
import { conflictFor } from '../domain/offer.ts'
import { isDue, TicketSoldError } from '../domain/order.ts'
import type { Orders } from '../store.ts'
import type { Hold, Holds } from './hold.ts'

/** How long a seller's change keeps buyers away when it is never stored, in milliseconds. */
const fenceMs = 5_000

type Deps = { holds: Holds; orders: Orders }

/**
 * Called by tickets before it changes a listing to `version`: keeps buyers away until that version is known here, for at most
 * five seconds, unless an order holds the ticket.
 */
export const createFence =
  ({ holds, orders }: Deps) =>
  async (ticketId: string, version: number): Promise<'free' | 'reserved' | 'sold'> => {
    const now = timeNow()
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
  }
