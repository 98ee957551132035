import { createBatcher } from '@fairpass/sdk/batcher'
import { CustomError } from '@fairpass/sdk/errors'
import { isDuplicateKey, readWithinMs } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import { sharedRead } from '../hold/shared-read.ts'

/** A buyer who asked to be told when a ticket is free. */
type Place = {
  _id: string
  ticketId: string
  buyerId: string
  joinedAt: Date
  expiresAt: Date
  /** when they last looked; an open page does as soon as the ticket is free */
  seenAt?: Date
  /** since when the ticket is free that was let go by this order, until those who are away were told */
  freed?: { at: Date; orderId: string; version: number }
}

/** Who is told that a ticket is free. */
export type Freed = { ticketId: string; orderId: string; version: number; at: Date; userIds: string[] }

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
        { key: { 'freed.at': 1 }, name: 'freed', sparse: true },
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

    /** The same for many at once, soon. */
    leaveSoon: createBatcher(async (some: readonly { ticketId: string; buyerId: string }[]) => {
      await places.deleteMany({ _id: { $in: some.map(({ ticketId, buyerId }) => idOf(ticketId, buyerId)) } })
    }),

    leaveAll: async (buyerId: string): Promise<void> => {
      await places.deleteMany({ buyerId })
      kept.clear()
    },

    /** Nobody waits any more for what is sold or withdrawn. */
    close: async (ticketIds: readonly string[]): Promise<void> => {
      await places.deleteMany({ ticketId: { $in: ticketIds } })
      for (const ticketId of ticketIds) kept.delete(ticketId)
    },

    /** The order let the ticket go: whoever has not looked by themselves in a while is told. */
    markFreed: createBatcher(async (orders: readonly { ticketId: string; id: string; version: number }[]) => {
      const at = new Date()
      await places.bulkWrite(
        orders.map(({ ticketId, id: orderId, version }) => ({
          updateMany: {
            filter: { ticketId, expiresAt: { $gt: at } },
            update: { $set: { freed: { at, orderId, version } } },
          },
        })),
        { ordered: false },
      )
    }),

    /** A ticket that was let go before `before`, the order that let it go, and who has not looked since. */
    freedBefore: async (before: Date): Promise<Freed | undefined> => {
      const first = await places.findOne({ 'freed.at': { $lte: before } })
      if (!first?.freed) return undefined
      const { ticketId, freed } = first
      const those = await places.find({ ticketId, 'freed.orderId': freed.orderId }).limit(maxOfTicket).toArray()
      const away = those.filter(({ seenAt }) => !seenAt || seenAt < freed.at)
      return { ticketId, ...freed, userIds: away.map(({ buyerId }) => buyerId) }
    },

    /** They were told, or need not be. */
    forgetFreed: async ({ ticketId, orderId }: Freed): Promise<void> => {
      await places.updateMany({ ticketId, 'freed.orderId': orderId }, { $unset: { freed: '' } })
    },

    /** Whoever looks need not be told by mail. */
    look: async (ticketId: string, buyerId: string, now = new Date()): Promise<void> => {
      await places.updateOne({ _id: idOf(ticketId, buyerId) }, { $set: { seenAt: now } })
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
