import { readPage, readWithinMs } from '@fairpass/sdk/mongo'
import type { Filter, Collection as MongoCollection } from 'mongodb'
import type { Search } from '../domain/search.ts'
import { lateIndex, orderOf, type StoredTicket, wordsIndex } from './indexes.ts'
import { type Filters, filtersOf, unsortedWays, type Way, wayByToken, wayInOrder } from './ways.ts'

/** Fewer than these are read whole, and sorted. */
const fewest = 1_000
/** The same where what else could be read is merged in order: it only reads what ends of a range have beside it. */
const fewestToMerge = 200

/**
 * Finds listings by an index whose order is the list's, so that a page costs what is on it. Where a filter has none in that
 * order, it is asked first whether few pass it: then those are read and sorted. Else so many pass that a page of the list
 * in its own order fills soon.
 */
export const createSearch = (collection: MongoCollection<StoredTicket>) => {
  /** The way that reads least, and how much that is, up to `limit`. */
  const leastOf = async (ways: Way[], limit: number) => {
    const count = ({ hint, by }: Way) =>
      collection.countDocuments({ $and: by }, { hint, limit, maxTimeMS: readWithinMs })
    const counted = await Promise.all(ways.map(async (way) => ({ way, count: await count(way) })))
    return counted.sort((one, other) => one.count - other.count)[0]
  }

  const choose = async (filters: Filters, search: Search): Promise<Way> => {
    const inOrder = wayInOrder(filters, search)
    const byWords = filters.tokens.map((token) => wayByToken(token, filters))
    const [onlyWay, ...otherWays] = [...byWords, ...unsortedWays(filters, search)]
    if (onlyWay === undefined || inOrder.isWhole) return inOrder
    if (otherWays.length === 0 && onlyWay.hint === wordsIndex && search.sort === 'soonest') return onlyWay
    const limit = inOrder.by.length > 0 && byWords.length === 0 ? fewestToMerge : fewest
    const least = await leastOf([onlyWay, ...otherWays], limit)
    if (least && least.count < limit) return least.way
    return search.sort === 'soonest' ? (byWords[0] ?? inOrder) : inOrder
  }

  return async (search: Search, now: Date) => {
    const filters = filtersOf(search, now)
    const { hint, by } = await choose(filters, search)
    const { base, shown, dates, days, city, words, prices } = filters
    return readPage(collection, {
      filter: {
        $and: [...base, ...by, ...shown, ...dates, ...days, ...city, ...words, ...prices],
      } as Filter<StoredTicket>,
      order: orderOf(search),
      limit: search.limit,
      cursor: search.cursor,
      hint,
    })
  }
}

/** Finds what came on sale after `since`, long after it was created: as few as those are, each is looked at. */
export const createLateSearch =
  (collection: MongoCollection<StoredTicket>) =>
  (search: Search, since: Date, now: Date): Promise<StoredTicket[]> => {
    const { base, dates, days, city, words, prices } = filtersOf(search, now)
    const filter = { $and: [{ lateAt: { $gt: since } }, ...base, ...dates, ...days, ...city, ...words, ...prices] }
    return collection
      .find(filter as Filter<StoredTicket>, { hint: lateIndex, maxTimeMS: readWithinMs })
      .sort({ lateAt: -1 })
      .limit(search.limit)
      .toArray()
  }
