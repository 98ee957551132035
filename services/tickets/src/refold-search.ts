import { isDeepStrictEqual } from 'node:util'
import type { Db } from 'mongodb'
import { foundBy } from './domain/search.ts'
import type { Ticket } from './domain/ticket.ts'

type Stored = Omit<Ticket, 'id'> & { _id: string } & Partial<ReturnType<typeof foundBy>>

const batch = 500

/**
 * The name under which it is recorded that listings are found by today's folding of texts. Its number is raised whenever
 * `foundBy` makes something else of the same listing: refold-search.test.ts notices.
 */
export const searchFolding = 'search folding 5'

/**
 * Folds a batch of listings anew whose stored words are those of an earlier folding. What has begun is in no list, and stays
 * as it is.
 * @param after the last id of the batch before
 * @returns how many were changed, and where the next batch begins, if there is one
 */
export const refoldSearch = (db: Db, now: () => Date) => async (after: string) => {
  const tickets = db.collection<Stored>('tickets')
  const found = await tickets
    .find({ _id: { $gt: after }, startsAt: { $gt: now() }, searchTokens: { $exists: true } })
    .sort({ _id: 1 })
    .limit(batch)
    .toArray()
  const last = found.at(-1)?._id
  if (last === undefined) return { changed: 0 }
  const writes = found.flatMap((ticket) => {
    const { searchText, searchTokens, searchCity, startsOn, searchPrices } = ticket
    const folded = foundBy(ticket)
    if (isDeepStrictEqual({ searchText, searchTokens, searchCity, startsOn, searchPrices }, folded)) return []
    // Who changes it meanwhile folds it anew.
    return [{ updateOne: { filter: { _id: ticket._id, version: ticket.version }, update: { $set: folded } } }]
  })
  if (writes.length === 0) return { changed: 0, next: last }
  return { changed: (await tickets.bulkWrite(writes, { ordered: false })).modifiedCount, next: last }
}
