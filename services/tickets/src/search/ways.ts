import { oneSpelling } from '@fairpass/sdk/values'
import type { Filter } from 'mongodb'
import { cityToFind, type Search, wordsToFind } from '../domain/search.ts'
import { priceTokensBetween } from '../domain/search-prices.ts'
import { candidateTokens, manyWords } from '../domain/search-tokens.ts'
import { indexName, type StoredTicket, wordsIndex } from './indexes.ts'

const dayMs = 24 * 3600_000
/** No venue is further from UTC than this, so that an index can find the days around. */
const furthestMs = 15 * 3600_000

/**
 * A moment as it is; a day is that of the venue. Listings from before days were stored count as if they were in UTC.
 * `nearest` is what an index knows of it.
 */
const startsFilter = (bound: '$gte' | '$lte', wanted: string | Date | undefined) => {
  if (wanted === undefined) return { nearest: [], days: [] }
  if (wanted instanceof Date) return { nearest: [{ startsAt: { [bound]: wanted } }], days: [] }
  const midnight = Date.parse(`${wanted}T00:00:00Z`)
  const ends = bound === '$gte' ? midnight : midnight + dayMs - 1
  const nearest = bound === '$gte' ? midnight - furthestMs : ends + furthestMs
  const inUtc = { startsOn: { $exists: false }, startsAt: { [bound]: new Date(ends) } }
  return {
    nearest: [{ startsAt: { [bound]: new Date(nearest) } }],
    days: [{ $or: [{ startsOn: { [bound]: wanted } }, inUtc] }],
  }
}

/** Of more days, enough are met on the way. */
const mostDays = 100
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** The days at any venue that a search may find something on, unless they are many. */
const daysBetween = ({ from, to }: Search, now: Date): string[] => {
  if (to === undefined) return []
  const first = typeof from === 'string' ? Date.parse(from) : (from ?? now).getTime() - furthestMs
  const last = typeof to === 'string' ? Date.parse(to) : to.getTime() + furthestMs
  const count = Math.floor((last - first) / dayMs) + 2
  if (count > mostDays) return []
  const days = Array.from({ length: Math.max(0, count) }, (_, nth) => dayOf(first + nth * dayMs))
  return days.filter((day) => day <= dayOf(last))
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Each filter that was asked for by itself, as far as an index can tell it apart. */
export const filtersOf = (search: Search, now: Date) => {
  const { q, city, from, to, currency, minPrice, maxPrice, status } = search
  const [since, until] = [startsFilter('$gte', from), startsFilter('$lte', to)]
  const words = wordsToFind(q ?? '')
  // A city is compared in one spelling, but indexed as it is written: `Zuerich` is not among the words of a `Zurich`.
  const cityWords = wordsToFind(city ?? '').filter((word) => word === oneSpelling([word]))
  const isListed = status === undefined || status === 'available' || status === 'reserved'
  return {
    base: [{ isListed }, { status: status ?? { $in: ['available', 'reserved'] } }] as Filter<StoredTicket>[],
    // Those of versions before are in the lists' indexes still.
    shown: (status === 'withdrawn' ? [{ isDiscarded: { $ne: true } }] : []) as Filter<StoredTicket>[],
    dates: [{ startsAt: { $gte: now } }, ...since.nearest, ...until.nearest] as Filter<StoredTicket>[],
    days: [...since.days, ...until.days] as Filter<StoredTicket>[],
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
    priceTokens:
      currency && (minPrice !== undefined || maxPrice !== undefined)
        ? priceTokensBetween({ currency, minCents: minPrice, maxCents: maxPrice, city: city ? cityToFind(city) : '' })
        : [],
    daysInIndex: daysBetween(search, now),
  }
}

export type Filters = ReturnType<typeof filtersOf>
/**
 * A way to read: by which index, and the filters that it answers; the others are looked at in what it finds. `isWhole` when
 * there are no others, and the index is in the order of the list.
 */
export type Way = { hint: string; by: Filter<StoredTicket>[]; isWhole?: boolean }

export const wayByToken = (token: string, { base, dates }: Filters): Way => ({
  hint: wordsIndex,
  by: [
    ...base.slice(0, 1),
    // What has too many words for pairs may hold any.
    { searchTokens: token.includes(' ') ? { $in: [token, manyWords] } : token },
    ...dates,
  ],
})

/**
 * The index whose order is the list's, and the filters that it answers. A range of prices, or some days, are merged of what
 * each finds; what a version before stored is found without.
 */
export const wayInOrder = (
  { city, words, prices, priceTokens, daysInIndex }: Filters,
  { sort, status, from, to }: Search,
): Way => {
  const isOnSale = status === undefined || status === 'available'
  if (isOnSale) {
    if (sort !== 'soonest' && daysInIndex.length > 0) {
      const by = [{ startsOn: { $in: [...daysInIndex, null] } }] as Way['by']
      const isOfDays = words.length === 0 && typeof to === 'string' && !(from instanceof Date)
      const hint = indexName(city.length > 0 ? 'days in a city' : 'days', sort)
      return { hint, by, isWhole: isOfDays && (sort === 'cheapest' || prices.length === 0) }
    }
    if (sort !== 'cheapest' && priceTokens.length > 0)
      return { hint: indexName('prices', sort), by: [{ searchPrices: { $in: [...priceTokens, null] } }] as Way['by'] }
  }
  return { hint: indexName(city.length > 0 ? 'city' : 'all', sort), by: [] }
}

/** Indexes that are in another order than the list, and may still be the best where few pass what they answer. */
export const unsortedWays = (
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
