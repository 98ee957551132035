import { readWithinMs } from '@fairpass/sdk/mongo'
import { sharedRead } from '../hold/shared-read.ts'
import { idOf, maxOfTicket, type WaitlistEntries, type WaitlistEntry } from './entry.ts'

/** How long a waitlist that was read is reused, unless this process changes it. */
const freshMs = 1_000
/** How many waitlists are cached. */
const maxCached = 1_000

type CachedWaitlist = { at: number; waiting: Pick<WaitlistEntry, 'buyerId' | 'expiresAt'>[] }

/** Positions on waitlists: one read for all pages that ask within a second. */
export const createPositions = (places: WaitlistEntries) => {
  const cache = new Map<string, CachedWaitlist>()

  /** All who wait for a ticket, in order. */
  const read = sharedRead(async (ticketId: string): Promise<CachedWaitlist> => {
    const at = Date.now()
    const waiting = await places
      .find({ ticketId }, { maxTimeMS: readWithinMs })
      .project<Pick<WaitlistEntry, 'buyerId' | 'expiresAt'>>({ _id: 0, buyerId: 1, expiresAt: 1 })
      .sort({ joinedAt: 1, _id: 1 })
      .limit(2 * maxOfTicket)
      .toArray()
    if (cache.size >= maxCached) cache.clear()
    cache.set(ticketId, { at, waiting })
    return { at, waiting }
  })

  const cached = (ticketId: string): Promise<CachedWaitlist> | CachedWaitlist => {
    const known = cache.get(ticketId)
    return known && Date.now() - known.at < freshMs ? known : read(ticketId)
  }

  return {
    invalidate: (ticketId: string) => void cache.delete(ticketId),
    invalidateAll: () => cache.clear(),

    of: async (ticketId: string, buyerId: string, now = new Date()) => {
      const own = await places.findOne({ _id: idOf(ticketId, buyerId), expiresAt: { $gt: now } })
      const positionIn = ({ waiting }: CachedWaitlist) => {
        const lasting = waiting.filter((one) => one.expiresAt > now)
        return { waiting: lasting.length, place: 1 + lasting.findIndex((one) => one.buyerId === buyerId) }
      }
      const known = positionIn(await cached(ticketId))
      // Joined or left at another replica a moment ago.
      const { waiting, place } = known.place > 0 === (own !== null) ? known : positionIn(await read(ticketId))
      return own && place > 0 ? { waiting, place, expiresAt: own.expiresAt } : { waiting }
    },
  }
}
