import { CustomError } from '@fairpass/sdk/errors'
import { event } from '@fairpass/sdk/events'
import { parse } from '@fairpass/sdk/http'
import { newId, openCollection, type PublishAll } from '@fairpass/sdk/mongo'
import { isVisible, tidyText, withoutDirections } from '@fairpass/sdk/values'
import type { Db, IndexDescription } from 'mongodb'
import { Search } from '../domain/search.ts'
import { overlapMs, type Ticket } from '../domain/ticket.ts'

/** A search that somebody asked to be told of. What was searched for is kept as it was typed. */
export type SavedSearch = {
  id: string
  version: number
  userId: string
  name: string
  query: Record<string, string>
  createdAt: Date
  /** listings from after it are news */
  since: Date
  /** when it is looked at next */
  nextRunAt: Date
  /** what the latest mail told of: listings that were stored a little late are found twice */
  told: string[]
}

class TooManySearchesError extends CustomError {
  readonly code = 'too_many_requests'
  override readonly retryAfterSeconds = 60
  constructor() {
    super('You have as many saved searches as one can; end another one first')
  }
}

const maxOfUser = 20
/** How soon a new listing is noticed at the earliest, and how often at most somebody is told. */
export const lookEveryMs = 30_000
export const digestEveryMs = 3_600_000

/** A search as its page and its mails are headed: a line in which everything is seen, and nothing turns it round. */
const nameOf = ({ q = '', city = '' }: Record<string, string>) =>
  [q, city]
    .map((text) => tidyText(withoutDirections(text.toWellFormed()).replace(/\s+/gu, ' ')))
    .filter(isVisible)
    .join(', ') || 'Fairpass'

const showOf = ({ id, title, venue, city, startsAt, timeZone, priceCents, currency }: Ticket) => ({
  ...{ id, title, venue, city, startsAt: startsAt.toISOString(), priceCents, currency },
  ...(timeZone ? { timeZone } : {}),
})

/** Which of these are news to a search: since when they can be bought counts, which may be long after they were created. */
export const newsIn = (search: SavedSearch, found: readonly Ticket[]): Ticket[] =>
  found.filter(({ id, sellerId, createdAt, listedAt = createdAt }) => {
    const isNew = listedAt.getTime() > search.since.getTime() - overlapMs && listedAt > search.createdAt
    return isNew && sellerId !== search.userId && !search.told.includes(id)
  })

const keyOf = (query: Record<string, string>) => JSON.stringify(Object.entries(query).toSorted())

const indexes: IndexDescription[] = [
  { key: { userId: 1, _id: -1 }, name: 'user' },
  { key: { nextRunAt: 1 }, name: 'look' },
]

export const openSavedSearches = (db: Db, publishAll: PublishAll) => {
  const documents = openCollection<SavedSearch>(db, 'savedSearches', {
    publishAll,
    indexes,
  })

  const ofUser = (userId: string) => documents.list({ userId }, { sort: { _id: -1 }, limit: maxOfUser })

  return {
    ensureIndexes: documents.ensureIndexes,
    relay: documents.relay,
    ofUser,

    /** The same search again is the one that is there. @throws TooManySearchesError, RequestValidationError */
    save: async (userId: string, query: Record<string, string>, now = new Date()): Promise<SavedSearch> => {
      parse(Search, query)
      const own = await ofUser(userId)
      const same = own.find((one) => keyOf(one.query) === keyOf(query))
      if (same) return same
      if (own.length >= maxOfUser) throw new TooManySearchesError()
      const times = { createdAt: now, since: now, nextRunAt: now }
      return documents.insert({ id: newId(), userId, name: nameOf(query), query, ...times, told: [] })
    },

    /** @returns false when the user has no such search */
    remove: async (id: string, userId: string): Promise<boolean> =>
      (await documents.raw.deleteOne({ _id: id, userId })).deletedCount === 1,

    removeAll: (userId: string) => documents.raw.deleteMany({ userId }),

    /** Takes the search that is due for longest; nobody else does until it is looked at again. */
    takeDue: async (now: Date): Promise<SavedSearch | undefined> => {
      const taken = await documents.raw.findOneAndUpdate(
        { nextRunAt: { $lte: now } },
        { $set: { nextRunAt: new Date(now.getTime() + lookEveryMs) }, $inc: { version: 1 } },
        { sort: { nextRunAt: 1 }, returnDocument: 'after' },
      )
      return taken ? documents.toEntity(taken) : undefined
    },

    /** Tells of them, in one write with that it did; the next time is an hour from now. */
    tell: async (search: SavedSearch, news: readonly Ticket[], now: Date): Promise<void> => {
      const nextRunAt = new Date(now.getTime() + digestEveryMs)
      const told = news.map(({ id }) => id)
      await documents.replace(search, { ...search, since: now, nextRunAt, told }, ({ id, version, userId, name }) => [
        event('search.matched', { id, version, userId, name, tickets: news.map(showOf) }),
      ])
    },
  }
}

export type SavedSearches = ReturnType<typeof openSavedSearches>
