import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import * as v from 'valibot'
import { foundBy, Search } from '../domain/search.ts'
import { unlistBegun } from '../reconcile.ts'
import { openSitemapPages } from '../sitemap/pages.ts'
import { openTickets, type Tickets } from '../store.ts'

// Guarantee: what a list reads is bounded by its page, not by the market.

let db: Db
let tickets: Tickets
const now = new Date('2027-01-01T00:00:00Z')
const count = 6_000
const limit = 20

const insert = async (documents: Record<string, unknown>[]) =>
  db.collection<Record<string, unknown>>('tickets').insertMany(documents)

/** What was stored before prices and days stood beside a listing. */
const withoutLatest = ({ searchPrices: _prices, startsOn: _day, ...found }: ReturnType<typeof foundBy>) => found

const documentOf = (nth: number) => {
  // Never `amber` and `birch` in one, each in half of all; sold out first.
  const listing = {
    title: `${nth % 2 === 0 ? 'amber' : 'birch'} concert ${nth}`,
    venue: 'Hall',
    city: nth % 2 === 0 ? 'Graz' : 'Wien',
    startsAt: new Date(now.getTime() + 1_000 * (nth + 1)),
    priceCents: nth + 100,
    currency: 'eur',
  }
  const status = nth < count / 2 ? 'sold' : 'available'
  return {
    ...{ _id: newId(), version: 1, sellerId: newId(), ...listing, status },
    ...{
      createdAt: now,
      ...(nth % 100 === 0 ? withoutLatest(foundBy(listing)) : foundBy(listing)),
      isListed: status === 'available',
    },
  }
}

beforeAll(async () => {
  db = await testDatabase()
  tickets = openTickets(db, async () => new Map())
  await tickets.ensureIndexes()
  await insert(Array.from({ length: count }, (_, nth) => documentOf(nth)))
})

/** How many documents and keys all reads of a look examined together. */
const examinedBy = async (look: () => Promise<unknown>): Promise<{ docs: number; keys: number }> => {
  await db.command({ profile: 2, slowms: 0 })
  await look()
  await db.command({ profile: 0 })
  const profile = db.collection('system.profile')
  const seen = await profile.find({ ns: `${db.databaseName}.tickets` }).toArray()
  await profile.drop()
  const sum = (field: string) => seen.reduce((total, one) => total + (one[field] ?? 0), 0)
  return { docs: sum('docsExamined'), keys: sum('keysExamined') }
}

const search = (query: Record<string, string>) => tickets.search(v.parse(Search, { limit: `${limit}`, ...query }), now)

const pageful = 3 * (limit + 1)
test.each<[string, Record<string, string>, number]>([
  ['soonest', {}, pageful],
  ['cheapest', { sort: 'cheapest' }, pageful],
  ['newest', { sort: 'newest' }, pageful],
  ['a city', { city: 'Wien' }, pageful],
  ['a city, cheapest', { city: 'Wien', sort: 'cheapest' }, pageful],
  ['a city, newest', { city: 'Wien', sort: 'newest' }, pageful],
  ['a price range, cheapest', { currency: 'eur', minPrice: '4000', maxPrice: '5000', sort: 'cheapest' }, pageful],
  ['what was sold', { status: 'sold' }, pageful],
  ['what is reserved', { status: 'reserved' }, pageful],
  ['a price range, soonest', { currency: 'eur', minPrice: '4000', maxPrice: '4999' }, pageful],
  ['a price range in a city, newest', { currency: 'eur', maxPrice: '5000', city: 'Wien', sort: 'newest' }, pageful],
  ['a day, cheapest', { from: '2027-01-01', to: '2027-01-01', sort: 'cheapest' }, pageful],
  ['two days in a city, cheapest', { from: '2027-01-01', to: '2027-01-02', city: 'Wien', sort: 'cheapest' }, pageful],
  ['two days in a city, newest', { from: '2027-01-01', to: '2027-01-02', city: 'Wien', sort: 'newest' }, pageful],
  ['two days, newest', { from: '2027-01-01', to: '2027-01-02', sort: 'newest' }, pageful],
  ['from a day on', { from: '2027-01-01T01:00:00Z' }, pageful],
  ['a common word', { q: 'amber' }, pageful],
  ['the beginning of a common word', { q: 'amb' }, pageful],
  ['two common words that are together', { q: 'amber concert' }, pageful],
  ['two common words that never are', { q: 'amber birch' }, pageful],
  ['a common word, never in this city', { q: 'amber', city: 'Wien' }, pageful],
  ['a word that one has', { q: '5999' }, pageful],
  ['a word that nothing has', { q: 'zzzz' }, pageful],
])('%p', async (_, query, most) => {
  const { docs, keys } = await examinedBy(() => search(query))
  // To know whether few pass a range of prices in an order of another kind, up to 200 keys are read.
  const counted = 'maxPrice' in query && query.sort !== 'cheapest' ? 200 : 0
  const isBounded = docs <= most && keys <= counted + 2 * most
  expect({ docs, keys, isBounded }).toEqual({ docs, keys, isBounded: true })
})

// Where no index has both the filter and the order, what is counted first has a bound of its own.
test.each<[string, Record<string, string>]>([
  ['a common word, cheapest', { q: 'amber', sort: 'cheapest' }],
  ['a hour, newest', { from: '2027-01-01T01:00:00Z', to: '2027-01-01T01:10:00Z', sort: 'newest' }],
])('%p is bounded, too', async (_, query) => {
  const { docs, keys } = await examinedBy(() => search(query))
  expect({ docs, keys, isBounded: docs <= 1_050 && keys <= 4_200 }).toEqual({ docs, keys, isBounded: true })
})

// Guarantee: an order changes nothing about what is found, whatever indexes it has, and whatever version stored it.
test.each<[Record<string, string>, number]>([
  [{ currency: 'eur', minPrice: '3500', maxPrice: '4001' }, 502],
  [{ currency: 'eur', minPrice: '4000', maxPrice: '4001' }, 2],
  [{ currency: 'eur', minPrice: '4000', maxPrice: '4999', city: 'wien' }, 500],
  [{ currency: 'eur', maxPrice: '3999', q: 'amber' }, 450],
  [{ currency: 'eur', minPrice: '4000', from: '2027-01-01', to: '2027-01-01' }, 2_100],
  [{ from: '2027-01-01', to: '2027-01-03' }, 3_000],
  [{ from: '2027-01-01T01:00:00Z', to: '2027-01-01T01:09:59Z' }, 600],
  [{ from: '2027-01-01', to: '2027-01-01', city: 'graz' }, 1_500],
  [{ from: '2027-01-02', to: '2027-01-03' }, 0],
])('%p finds the same in each order', async (query, expected) => {
  for (const sort of ['soonest', 'cheapest', 'newest']) {
    const seen = new Set<string>()
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await search({ ...query, sort, limit: '100', ...(cursor ? { cursor } : {}) })
      for (const { id } of page.tickets) seen.add(id)
      cursor = page.nextCursor
    }
    expect([sort, seen.size]).toEqual([sort, expected])
  }
})

test.each<[Record<string, string>, number]>([
  [{}, count / 2],
  [{ sort: 'cheapest' }, count / 2],
  [{ sort: 'newest' }, count / 2],
  [{ q: 'birch', city: 'wien', sort: 'cheapest' }, count / 4],
  [{ q: 'con' }, count / 2],
  [{ currency: 'eur', minPrice: '4000', maxPrice: '4999', sort: 'newest' }, 1_000],
])('%p gives each that it should once, page by page', async (query, expected) => {
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await search({ ...query, limit: '100', ...(cursor ? { cursor } : {}) })
    seen.push(...page.tickets.map(({ id }) => id))
    cursor = page.nextCursor
  }
  expect([seen.length, new Set(seen).size]).toEqual([expected, expected])
})

test('what has begun leaves the lists and their indexes', async () => {
  const begun = {
    ...documentOf(1),
    _id: newId(),
    status: 'available',
    isListed: true,
    startsAt: new Date(now.getTime() - 1),
  }
  await insert([begun])
  await unlistBegun(tickets, now)
  const left = await db.collection<{ _id: string }>('tickets').findOne({ _id: begun._id })
  expect(left).toMatchObject({ status: 'available' })
  expect(left).not.toHaveProperty('isListed')
})

test('the sitemap has everything once, in pages of a bounded size, which are joined as they empty', async () => {
  const size = 500
  const pages = openSitemapPages(db, size)
  await pages.extend(now)
  const all = async () => {
    const starts = await pages.starts()
    return Promise.all(starts.map((start) => pages.listings(start, now)))
  }
  const before = await all()
  const listed = await db.collection('tickets').countDocuments({ isListed: true })
  expect(before.flat().length).toBe(listed)
  expect(new Set(before.flat()).size).toBe(listed)
  expect(before.every((page) => page.length > 0 && page.length <= size)).toBe(true)

  const sold = before.slice(0, 3).flatMap((page) => page.slice(0, size - 100))
  await db
    .collection<{ _id: string }>('tickets')
    .updateMany({ _id: { $in: sold } }, { $set: { status: 'sold', isListed: false } })
  for (let round = 0; round < 10; round++) await pages.extend(now)
  const after = await all()
  expect(after.length).toBe(before.length - 2)
  expect(after.flat().length).toBe(listed - sold.length)
})
