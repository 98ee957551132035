import { DayOrMoment } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import { currencies, hasAtMost, indexWords, localDay, oneSpelling, queryWords } from '@fairpass/sdk/values'
import * as v from 'valibot'
import { priceTokens } from './search-prices.ts'
import { searchTokens } from './search-tokens.ts'
import { lacksFile, type Ticket } from './ticket.ts'

const MinorUnits = v.pipe(
  v.string('must be a whole number of minor units'),
  v.regex(/^\d{1,12}$/, 'must be a whole number of minor units'),
  v.transform(Number),
)

const Text = v.pipe(
  v.string('must be a text'),
  v.trim(),
  v.regex(/^\P{Cc}*$/u, 'must have no control characters'),
  v.check((text) => hasAtMost(text, 100), 'must have at most 100 characters'),
)

export const Search = v.object({
  q: v.optional(Text),
  city: v.optional(Text),
  /** a day is the venue's */
  from: v.optional(DayOrMoment),
  to: v.optional(DayOrMoment),
  currency: v.optional(v.picklist([...currencies.keys()], 'must be the code of a currency that tickets are sold in')),
  /** prices of several currencies cannot be compared: they say something only together with one */
  minPrice: v.optional(MinorUnits),
  maxPrice: v.optional(MinorUnits),
  status: v.optional(
    v.picklist(['available', 'reserved', 'sold', 'withdrawn'], 'must be available, reserved, sold or withdrawn'),
  ),
  sort: v.optional(v.picklist(['soonest', 'cheapest', 'newest'], 'must be soonest, cheapest or newest'), 'soonest'),
  limit: PageLimit,
  cursor: v.optional(v.pipe(v.string(), v.maxLength(300, 'is not a cursor that this list gave'))),
})
export type Search = v.InferOutput<typeof Search>

/** A city as it is compared: `Saint Denis` is `Saint-Denis`, and `Koeln` is `Köln`. */
export const cityToFind = (city: string): string => oneSpelling(queryWords(city, 20))

/** The words that a listing must all contain, at most eight. */
export const wordsToFind = (q: string): string[] => queryWords(q)

/**
 * What a listing is found by: its words, those of its section among them, and what an index finds them by, its city, the day
 * that it is on at the venue, and what an index finds its price by.
 * @see searchTokens, priceTokens
 */
export const foundBy = ({ title, venue, city, section = '', startsAt, timeZone, priceCents, currency }: Findable) => {
  const words = indexWords(`${title} ${venue} ${city} ${section}`)
  const searchCity = cityToFind(city)
  return {
    searchText: words.join(' '),
    searchTokens: searchTokens(words),
    searchCity,
    startsOn: localDay(startsAt, timeZone),
    searchPrices: priceTokens(priceCents, currency, searchCity),
  }
}

/**
 * Whether lists show it, or (false) only those that ask for what is sold or withdrawn; undefined for what no list has: what
 * was never on sale, and all once the show has begun, so that what lies behind does not slow what is ahead.
 */
export const isListed = (
  {
    status,
    startsAt,
    delivery,
    file,
    listedAt,
  }: Pick<Ticket, 'status' | 'startsAt' | 'delivery' | 'file' | 'listedAt'>,
  now: Date,
): boolean | undefined => {
  const hasNoFile = lacksFile({ delivery, file })
  // What nobody could buy is found by its address alone.
  if (startsAt <= now || (hasNoFile && listedAt === undefined)) return undefined
  return !hasNoFile && (status === 'available' || status === 'reserved')
}

type Findable = Pick<
  Ticket,
  'title' | 'venue' | 'city' | 'section' | 'startsAt' | 'timeZone' | 'priceCents' | 'currency'
>
