import { dropIndex, type Migration, renameFields } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import { foundBy, isListed } from './domain/search.ts'
import type { Ticket } from './domain/ticket.ts'
import { refoldSearch, searchFolding } from './refold-search.ts'

type Stored = Omit<Ticket, 'id'> & { _id: string; searchTokens?: string[] }

const batch = 500

/** Brings listings to where searches find them. What has begun is in no list, and stays as it is. */
const addSearchTokens =
  (db: Db, now: () => Date): Migration['step'] =>
  async (after) => {
    const tickets = db.collection<Stored>('tickets')
    const found = await tickets
      .find({ _id: { $gt: after }, startsAt: { $gt: now() }, searchTokens: { $exists: false } })
      .sort({ _id: 1 })
      .limit(batch)
      .toArray()
    const last = found.at(-1)?._id
    if (last === undefined) return { changed: 0 }
    const { modifiedCount } = await tickets.bulkWrite(
      found.map((ticket) => ({
        updateOne: {
          // Who changes it meanwhile makes it new.
          filter: { _id: ticket._id, version: ticket.version },
          update: { $set: { ...foundBy(ticket), isListed: isListed(ticket, now()) === true } },
        },
      })),
      { ordered: false },
    )
    return { changed: modifiedCount, next: last }
  }

/** Indexes by which searches read before prices stood in the keys of all of them. */
const formerIndexes = ['all', 'city'].flatMap((family) =>
  ['soonest', 'cheapest', 'newest'].map((sort) => `${family}, ${sort}`),
)

/** What versions before this one stored in another shape, or needed. */
export const migrationsOf = (db: Db, now = () => new Date()): Migration[] => [
  // Without it a listing that a ban ended would come back on sale when its order ends.
  { name: 'withdraw on release', step: renameFields(db, 'tickets', { isEnding: 'withdrawOnRelease' }) },
  { name: 'search tokens', step: addSearchTokens(db, now) },
  { name: searchFolding, step: refoldSearch(db, now) },
  ...formerIndexes.map((name) => ({ name: `index ${name}`, isCleanUp: true, step: dropIndex(db, 'tickets', name) })),
]
