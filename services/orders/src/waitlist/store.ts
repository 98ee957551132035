import { createBatcher } from '@fairpass/sdk/batcher'
import { now as timeNow } from '@fairpass/sdk/clock'
import { CustomError } from '@fairpass/sdk/errors'
import { isDuplicateKey } from '@fairpass/sdk/mongo'
import type { Db, IndexDescription } from 'mongodb'
import { idOf, maxOfTicket, type WaitlistEntries, type WaitlistEntry } from './entry.ts'
import { openFreed } from './freed.ts'
import { createPositions } from './positions.ts'

/** Several holds long, so that a buyer who also waits for the next one need not join again. */
const keptMs = 3_600_000
const maxOfBuyer = 50

class WaitlistFullError extends CustomError {
  readonly code = 'too_many_requests'
  override readonly retryAfterSeconds = 60
}

const refuseBeyondBounds = async (places: WaitlistEntries, ticketId: string, buyerId: string, now: Date) => {
  const lasting = { expiresAt: { $gt: now } }
  const [ofTicket, ofBuyer] = await Promise.all([
    places.countDocuments({ ticketId, ...lasting }, { limit: maxOfTicket }),
    places.countDocuments({ buyerId, ...lasting }, { limit: maxOfBuyer }),
  ])
  if (ofTicket >= maxOfTicket) throw new WaitlistFullError('The waitlist of this ticket is full; try again later')
  if (ofBuyer >= maxOfBuyer)
    throw new WaitlistFullError('You wait for as many tickets as one can; leave another waitlist first')
}

const indexes: IndexDescription[] = [
  { key: { ticketId: 1, joinedAt: 1 }, name: 'ticket' },
  { key: { buyerId: 1 }, name: 'buyer' },
  { key: { expiresAt: 1 }, name: 'kept', expireAfterSeconds: 0 },
  { key: { 'freed.at': 1 }, name: 'freed', sparse: true },
]

/** @returns whether the place is a new one */
const takePlace = async (places: WaitlistEntries, ticketId: string, buyerId: string, now: Date): Promise<boolean> => {
  const _id = idOf(ticketId, buyerId)
  const expiresAt = new Date(now.getTime() + keptMs)
  const { matchedCount } = await places.updateOne({ _id, expiresAt: { $gt: now } }, { $set: { expiresAt } })
  if (matchedCount > 0) return false
  await refuseBeyondBounds(places, ticketId, buyerId, now)
  try {
    // One that has expired, but is not deleted yet, starts again at the end.
    const ended = { _id, expiresAt: { $lte: now } }
    await places.updateOne(ended, { $set: { ticketId, buyerId, joinedAt: now, expiresAt } }, { upsert: true })
    return true
  } catch (error) {
    // Pressed twice at once: the other press has taken the place.
    if (!isDuplicateKey(error)) throw error
    return false
  }
}

/**
 * Who waits for which ticket. A place gives no right to the ticket, it only says who asked first: everybody on the waitlist
 * is notified at the same moment, and a free ticket is for the first who presses BUY (docs/decisions). Places end by
 * themselves.
 */
export const openWaitlist = (db: Db) => {
  // Named so by its first version; renaming it under two versions that both write is not worth the risk.
  const places = db.collection<WaitlistEntry>('line')
  const positions = createPositions(places)

  return {
    ...openFreed(places),
    /** How many wait for a ticket and, for one of them, their place (from 1) and until when. */
    positionOf: positions.of,

    ensureIndexes: () => places.createIndexes(indexes),

    /**
     * Takes a place at the end of the waitlist; an existing one is kept and lasts longer.
     * @returns whether it is a new one
     * @throws WaitlistFullError
     */
    join: async (ticketId: string, buyerId: string, now = timeNow()): Promise<boolean> => {
      try {
        return await takePlace(places, ticketId, buyerId, now)
      } finally {
        positions.invalidate(ticketId)
      }
    },

    leave: async (ticketId: string, buyerId: string): Promise<void> => {
      await places.deleteOne({ _id: idOf(ticketId, buyerId) })
      positions.invalidate(ticketId)
    },

    /** The same for many at once, soon. */
    leaveSoon: createBatcher(async (some: readonly { ticketId: string; buyerId: string }[]) => {
      await places.deleteMany({ _id: { $in: some.map(({ ticketId, buyerId }) => idOf(ticketId, buyerId)) } })
    }),

    leaveAll: async (buyerId: string): Promise<void> => {
      await places.deleteMany({ buyerId })
      positions.invalidateAll()
    },

    /** Nobody waits any more for what is sold or withdrawn. */
    close: async (ticketIds: readonly string[]): Promise<void> => {
      await places.deleteMany({ ticketId: { $in: ticketIds } })
      ticketIds.forEach(positions.invalidate)
    },
  }
}

export type Waitlist = ReturnType<typeof openWaitlist>
