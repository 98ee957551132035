import type { Order } from '@fairpass/sdk/mongo'
import type { IndexDescription } from 'mongodb'
import type { foundBy, Search } from '../domain/search.ts'
import type { Ticket } from '../domain/ticket.ts'

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

export const orderOf = ({ sort, currency }: Search): Order =>
  sort === 'cheapest' && currency ? cheapestOfCurrency : orders[sort]

type Family = 'all' | 'city' | 'prices' | 'days' | 'days in a city'
export const indexName = (family: Family, sort: Search['sort']) => `${family} by ${sort}`
export const wordsIndex = 'words, soonest'
export const lateIndex = 'came on sale late'
/** What has begun is in none of them. */
const upcoming = { isListed: { $exists: true } }
const onSale = { isListed: true }

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
  // A range of prices or of days in an order of another kind: what each of a few tokens or days finds is merged.
  ...(['soonest', 'newest'] as const).map((sort) => ({
    key: { searchPrices: 1, ...keyOf(orders[sort]) } as const,
    name: indexName('prices', sort),
    partialFilterExpression: onSale,
  })),
  ...(['cheapest', 'newest'] as const).flatMap((sort) => [
    {
      key: { startsOn: 1, ...keyOf(orders[sort]) } as const,
      name: indexName('days', sort),
      partialFilterExpression: onSale,
    },
    {
      key: { searchCity: 1, startsOn: 1, ...keyOf(orders[sort]) } as const,
      name: indexName('days in a city', sort),
      partialFilterExpression: onSale,
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
