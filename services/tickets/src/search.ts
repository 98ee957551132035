import { type Order, readPage, readWithinMs } from '@fairpass/sdk/mongo'
import { oneSpelling } from '@fairpass/sdk/values'
import type { Filter, IndexDescription, Collection as MongoCollection } from 'mongodb'
import { cityToFind, type foundBy, type Search, wordsToFind } from './domain/search.ts'
import { candidateTokens, manyWords } from './domain/search-tokens.ts'
import type { Ticket } from './domain/ticket.ts'

/** A ticket as stored: what it is found by stands beside it. */
export type TicketDocument = Ticket &
  ReturnType<typeof foundBy> & { isListed?: boolean | undefined; lateAt?: Date | undefined }
export type StoredTicket = Omit<TicketDocument, 'id'> & { _id: string }

/** Prices of several currencies have no order, so each currency stands by itself. */
const orders = {
  soonest: { direction: 1, fields: { startsAt: 'date', _id: 'string' } },
  cheapest: { direction: 1, fields: { currency: 'string', priceCents: 'number', _id: 'string' } },
  newest: { direction: -1, fields: { _id: 'string' } },
} as const satisfies Record<Search['sort'], Order>

/** Within one currency only the price is left to sort by. */
const cheapestOfCurrency = { direction: 1, fields: { priceCents: 'number', _id: 'string' } } as const satisfies Order

const orderOf = ({ sort, currency }: Search): Order =>
  sort === 'cheapest' && currency ? cheapestOfCurrency : orders[sort]

type Family = 'all' | 'city'
export const indexName = (family: Family, sort: Search['sort']) => `${family} by ${sort}`
const wordsIndex = 'words, soonest'
const lateIndex = 'came on sale late'
/** What has begun is in none of them. */
const upcoming = { isListed: { $exists: true } }

/**
 * A list's order, and after it what filters look at: what few pass is met on the way in the index alone, and no listing is read
 * that does not pass.
 */
const keyOf = ({ direction, fields }: Order) =>
  Object.fromEntries(
    [...new Set([...Object.keys(fields), 'currency', 'priceCents', 'startsAt', 'isListed'])].map((field) => [
      field,
      direction,
    ]),
  ) as Record<string, 1 | -1>

/** Every filter that lists are mostly asked with has an index in the order of every sort. */
export const searchIndexes: IndexDescription[] = [
  ...(Object.keys(orders) as Search['sort'][]).flatMap((sort) => [
    {
      key: { status: 1, ...keyOf(orders[sort]) } as const,
      name: indexName('all', sort),
      partialFilterExpression: upcoming,
    },
    {
      key: { searchCity: 1, status: 1, ...keyOf(orders[sort]) } as const,
      name: indexName('city', sort),
      partialFilterExpression: upcoming,
    },
  ]),
  {
    // By `isListed` rather than by the status, which changes with every checkout.
    key: { isListed: 1, searchTokens: 1, startsAt: 1, _id: 1 },
    name: wordsIndex,
    partialFilterExpression: upcoming,
  },
  { key: { lateAt: -1 }, name: lateIndex, sparse: true },
]

const dayMs = 24 * 3600_000
/** No venue is further from UTC than this, so that an index can find the days around. */
const furthestMs = 15 * 3600_000

/** A moment as it is; a day is that of the venue. Listings from before days were stored count as if they were in UTC. */
const startsFilter = (bound: '$gte' | '$lte', wanted: string | Date | undefined): Filter<StoredTicket>[] => {
  if (wanted === undefined) return []
  if (wanted instanceof Date) return [{ startsAt: { [bound]: wanted } }]
  const midnight = Date.parse(`${wanted}T00:00:00Z`)
  const ends = bound === '$gte' ? midnight : midnight + dayMs - 1
  const nearest = bound === '$gte' ? midnight - furthestMs : ends + furthestMs
  const inUtc = { startsOn: { $exists: false }, startsAt: { [bound]: new Date(ends) } }
  return [{ startsAt: { [bound]: new Date(nearest) } }, { $or: [{ startsOn: { [bound]: wanted } }, inUtc] }]
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Each filter that was asked for by itself, as far as an index can tell it apart. */
const filtersOf = ({ q, city, from, to, currency, minPrice, maxPrice, status }: Search, now: Date) => {
  const words = wordsToFind(q ?? '')
  // A city is compared in one spelling, but indexed as it is written: `Zuerich` is not among the words of a `Zurich`.
  const cityWords = wordsToFind(city ?? '').filter((word) => word === oneSpelling([word]))
  const isListed = status === undefined || status === 'available' || status === 'reserved'
  return {
    base: [{ isListed }, { status: status ?? { $in: ['available', 'reserved'] } }] as Filter<StoredTicket>[],
    // Those of versions before are in the lists' indexes still.
    shown: (status === 'withdrawn' ? [{ isDiscarded: { $ne: true } }] : []) as Filter<StoredTicket>[],
    dates: [{ startsAt: { $gte: now } }, ...startsFilter('$gte', from), ...startsFilter('$lte', to)],
    city: city ? [{ searchCity: cityToFind(city) }] : [],
    words: words.map((word) => ({ searchText: { $regex: `(^| )${escaped(word)}` } })) as Filter<StoredTicket>[],
    prices: [
      ...(currency ? [{ currency }] : []),
      ...(minPrice === undefined ? [] : [{ priceCents: { $gte: minPrice } }]),
      ...(maxPrice === undefined ? [] : [{ priceCents: { $lte: maxPrice } }]),
    ] as Filter<StoredTicket>[],
    /** What the words, and those of the city, are found by in the index. */
    tokens: words.length > 0 ? candidateTokens([...words, ...cityWords]) : [],
    hasCityInTokens: cityWords.length > 0,
  }
}

type Filters = ReturnType<typeof filtersOf>
/** A way to read: by which index, and the filters that it answers; the others are looked at in what it finds. */
type Way = { hint: string; by: Filter<StoredTicket>[] }

const wayByToken = (token: string, { base, dates }: Filters): Way => ({
  hint: wordsIndex,
  by: [
    ...base.slice(0, 1),
    // What has too many words for pairs may hold any.
    { searchTokens: token.includes(' ') ? { $in: [token, manyWords] } : token },
    ...dates,
  ],
})

/** Indexes that are in another order than the list, and may still be the best where few pass what they answer. */
const unsortedWays = (
  { base, city, dates, prices, words, tokens, hasCityInTokens }: Filters,
  { sort, status, from, to }: Search,
): Way[] => {
  const family = city.length > 0 ? 'city' : 'all'
  const [own, hasWords] = [[...base, ...city], words.length > 0]
  const isBounded = from !== undefined || to !== undefined
  // Pairs of words hold those of the city.
  const isPaired = hasCityInTokens && tokens.some((token) => token.includes(' '))
  const hasWayByCityOrStatus = hasWords && ((city.length > 0 && !isPaired) || status !== undefined)
  return [
    ...(prices.length > 0 && (sort !== 'cheapest' || hasWords)
      ? [{ hint: indexName(family, 'cheapest'), by: [...own, ...prices] }]
      : []),
    ...((isBounded && (sort !== 'soonest' || hasWords)) || hasWayByCityOrStatus
      ? [{ hint: indexName(family, 'soonest'), by: [...own, ...dates] }]
      : []),
  ]
}

/** Fewer than these are read whole, and sorted. */
const fewest = 1_000

/**
 * Finds listings by an index whose order is the list's, so that a page costs what is on it. Where a filter has none in that
 * order, it is asked first whether few pass it: then those are read and sorted. Else so many pass that a page of the list
 * in its own order fills soon.
 */
export const createSearch = (collection: MongoCollection<StoredTicket>) => {
  /** The way that reads least, and how much that is, up to `fewest`. */
  const leastOf = async (ways: Way[]) => {
    const count = ({ hint, by }: Way) =>
      collection.countDocuments({ $and: by }, { hint, limit: fewest, maxTimeMS: readWithinMs })
    const counted = await Promise.all(ways.map(async (way) => ({ way, count: await count(way) })))
    return counted.sort((one, other) => one.count - other.count)[0]
  }

  const choose = async (filters: Filters, search: Search): Promise<Way> => {
    const sorted = { hint: indexName(filters.city.length > 0 ? 'city' : 'all', search.sort), by: [] }
    const byWords = filters.tokens.map((token) => wayByToken(token, filters))
    const [onlyWay, ...otherWays] = [...byWords, ...unsortedWays(filters, search)]
    if (onlyWay === undefined) return sorted
    if (otherWays.length === 0 && onlyWay.hint === wordsIndex && search.sort === 'soonest') return onlyWay
    const least = await leastOf([onlyWay, ...otherWays])
    if (least && least.count < fewest) return least.way
    return search.sort === 'soonest' ? (byWords[0] ?? sorted) : sorted
  }

  return async (search: Search, now: Date) => {
    const filters = filtersOf(search, now)
    const { hint, by } = await choose(filters, search)
    const { base, shown, dates, city, words, prices } = filters
    return readPage(collection, {
      filter: { $and: [...base, ...by, ...shown, ...dates, ...city, ...words, ...prices] } as Filter<StoredTicket>,
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
    const { base, dates, city, words, prices } = filtersOf(search, now)
    const filter = { $and: [{ lateAt: { $gt: since } }, ...base, ...dates, ...city, ...words, ...prices] }
    return collection
      .find(filter as Filter<StoredTicket>, { hint: lateIndex, maxTimeMS: readWithinMs })
      .sort({ lateAt: -1 })
      .limit(search.limit)
      .toArray()
  }
