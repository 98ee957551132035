import { CustomError } from '@fairpass/sdk/errors'
import { isDuplicateKey, readWithinMs } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import { sharedRead } from '../hold/shared-read.ts'

/** A buyer who asked to be told when a ticket is free. */
type Place = { _id: string; ticketId: string; buyerId: string; joinedAt: Date; expiresAt: Date }

/** Several holds long, so that somebody who waits for the next one, too, need not ask again. */
const keptMs = 3_600_000
const maxOfTicket = 2_000
const maxOfBuyer = 50

/** How long a line that was read is told, unless this process changes it. */
const freshMs = 1_000
/** How many waitlists are kept in mind. */
const maxKept = 1_000

type Line = { at: number; waiting: Pick<Place, 'buyerId' | 'expiresAt'>[] }

class LineFullError extends CustomError {
  readonly code = 'too_many_requests'
  override readonly retryAfterSeconds = 60
}

/**
 * Who waits for which ticket. A place gives no right to the ticket, it only says who asked first: everybody in line is
 * told at the same moment, and a free ticket is for whoever presses BUY (docs/decisions). Places end by themselves.
 */
export const openWaitlist = (db: Db) => {
  const places = db.collection<Place>('line')
  const idOf = (ticketId: string, buyerId: string) => `${ticketId}:${buyerId}`
  const kept = new Map<string, Line>()

  /** Everybody who waits for a ticket, in turn. */
  const readLine = sharedRead(async (ticketId: string): Promise<Line> => {
    const at = Date.now()
    const waiting = await places
      .find({ ticketId }, { maxTimeMS: readWithinMs })
      .project<Pick<Place, 'buyerId' | 'expiresAt'>>({ _id: 0, buyerId: 1, expiresAt: 1 })
      .sort({ joinedAt: 1, _id: 1 })
      .limit(2 * maxOfTicket)
      .toArray()
    if (kept.size >= maxKept) kept.clear()
    const line = { at, waiting }
    kept.set(ticketId, line)
    return line
  })

  /** One read for all whose pages ask within a second. */
  const lineOf = (ticketId: string): Promise<Line> | Line => {
    const known = kept.get(ticketId)
    return known && Date.now() - known.at < freshMs ? known : readLine(ticketId)
  }

  const refuseBeyondBounds = async (ticketId: string, buyerId: string, now: Date) => {
    const lasting = { expiresAt: { $gt: now } }
    const [ofTicket, ofBuyer] = await Promise.all([
      places.countDocuments({ ticketId, ...lasting }, { limit: maxOfTicket }),
      places.countDocuments({ buyerId, ...lasting }, { limit: maxOfBuyer }),
    ])
    if (ofTicket >= maxOfTicket) throw new LineFullError('The line for this ticket is full; try again later')
    if (ofBuyer >= maxOfBuyer)
      throw new LineFullError('You wait for as many tickets as one can; leave another line first')
  }

  return {
    ensureIndexes: () =>
      places.createIndexes([
        { key: { ticketId: 1, joinedAt: 1 }, name: 'ticket' },
        { key: { buyerId: 1 }, name: 'buyer' },
        { key: { expiresAt: 1 }, name: 'kept', expireAfterSeconds: 0 },
      ]),

    /**
     * Takes a place at the end of the line; whoever has one keeps it, for longer.
     * @returns whether it is a new one
     * @throws LineFullError
     */
    join: async (ticketId: string, buyerId: string, now = new Date()): Promise<boolean> => {
      const _id = idOf(ticketId, buyerId)
      const expiresAt = new Date(now.getTime() + keptMs)
      const { matchedCount } = await places.updateOne({ _id, expiresAt: { $gt: now } }, { $set: { expiresAt } })
      kept.delete(ticketId)
      if (matchedCount > 0) return false
      await refuseBeyondBounds(ticketId, buyerId, now)
      try {
        // One that is over, but not yet taken away, starts again at the end.
        const ended = { _id, expiresAt: { $lte: now } }
        await places.updateOne(ended, { $set: { ticketId, buyerId, joinedAt: now, expiresAt } }, { upsert: true })
      } catch (error) {
        // Pressed twice at once: the other press has taken the place.
        if (!isDuplicateKey(error)) throw error
        return false
      } finally {
        kept.delete(ticketId)
      }
      return true
    },

    leave: async (ticketId: string, buyerId: string): Promise<void> => {
      await places.deleteOne({ _id: idOf(ticketId, buyerId) })
      kept.delete(ticketId)
    },

    leaveAll: async (buyerId: string): Promise<void> => {
      await places.deleteMany({ buyerId })
      kept.clear()
    },

    /** Nobody waits any more for what is sold or withdrawn. */
    close: async (ticketId: string): Promise<void> => {
      await places.deleteMany({ ticketId })
      kept.delete(ticketId)
    },

    /** How many wait for a ticket and, for one of them, which place he has (from 1) and until when. */
    seenBy: async (ticketId: string, buyerId: string, now = new Date()) => {
      const own = await places.findOne({ _id: idOf(ticketId, buyerId), expiresAt: { $gt: now } })
      const positionIn = ({ waiting }: Line) => {
        const lasting = waiting.filter((one) => one.expiresAt > now)
        return { waiting: lasting.length, place: 1 + lasting.findIndex((one) => one.buyerId === buyerId) }
      }
      const known = positionIn(await lineOf(ticketId))
      // Joined or left at another replica a moment ago.
      const { waiting, place } = known.place > 0 === (own !== null) ? known : positionIn(await readLine(ticketId))
      return own && place > 0 ? { waiting, place, expiresAt: own.expiresAt } : { waiting }
    },
  }
}

export type Waitlist = ReturnType<typeof openWaitlist>
