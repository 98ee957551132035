import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { localDay } from '@fairpass/sdk/values'
import { testDatabase } from '@fairpass/servers/testing'
import fc from 'fast-check'
import type { Db } from 'mongodb'
import * as v from 'valibot'
import { cityToFind, Search } from '../domain/search.ts'
import { priceTokens } from '../domain/search-prices.ts'
import type { Ticket } from '../domain/ticket.ts'
import { openTickets, type Tickets } from '../store.ts'

let db: Db
let tickets: Tickets
const stored: Ticket[] = []
const now = new Date('2027-01-01T11:30:00Z')
const hourMs = 3_600_000

const prices = [1, 50, 99, 100, 101, 199, 999, 1_000, 9_999, 10_000, 10_001, 99_999, 100_000, 999_999_999_999]
const zones = ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Vienna', 'UTC', undefined]
const pick = <T>(from: readonly T[], nth: number): T => from[nth % from.length] as T

beforeAll(async () => {
  db = await testDatabase()
  tickets = openTickets(db, async () => new Map())
  await tickets.ensureIndexes()
  // Many enough that a range of prices or of days is merged in the order of the list, and not read whole.
  const created = Array.from({ length: 1_200 }, (_, nth) => {
    const timeZone = pick(zones, nth * 3 + Math.floor(nth / 7))
    return tickets.create({
      ...{ id: newId(), sellerId: newId(), title: pick(['Amber night', 'Birch'], nth), venue: 'Hall' },
      ...{ city: pick(['Wien', 'Zürich', 'Llanfairpwllgwyngyll', 'Llanfairpwllxyz'], nth * 5 + Math.floor(nth / 4)) },
      startsAt: new Date(now.getTime() + (1 + (nth % 90)) * hourMs),
      ...{ priceCents: pick(prices, nth), currency: pick(['eur', 'jpy', 'eur'], Math.floor(nth / 3)) },
      ...(timeZone ? { timeZone } : {}),
      ...{ status: pick(['available', 'available', 'reserved', 'sold'] as const, Math.floor(nth / 5)), createdAt: now },
    })
  })
  stored.push(...(await Promise.all(created)))
  // As versions before stored them.
  const before = stored.filter((_, nth) => nth % 6 === 0).map(({ id }) => id)
  await db.collection<{ _id: string }>('tickets').updateMany({ _id: { $in: before } }, { $unset: { searchPrices: '' } })
})

const startsWithin = ({ startsAt, timeZone }: Ticket, { from, to }: Search) => {
  const day = localDay(startsAt, timeZone)
  const isAfter = from === undefined || (typeof from === 'string' ? day >= from : startsAt >= from)
  return isAfter && (to === undefined || (typeof to === 'string' ? day <= to : startsAt <= to))
}

const fits = (ticket: Ticket, search: Search) =>
  (search.status ? ticket.status === search.status : ticket.status === 'available' || ticket.status === 'reserved') &&
  (search.q === undefined || ticket.title.toLowerCase().includes(search.q)) &&
  (search.city === undefined || cityToFind(ticket.city) === cityToFind(search.city)) &&
  (search.currency === undefined || ticket.currency === search.currency) &&
  ticket.priceCents >= (search.minPrice ?? 0) &&
  ticket.priceCents <= (search.maxPrice ?? Number.MAX_SAFE_INTEGER) &&
  startsWithin(ticket, search)

const keyOf = ({ id, startsAt, currency, priceCents }: Ticket, { sort }: Search) =>
  ({
    soonest: startsAt.toISOString(),
    cheapest: `${currency} ${String(priceCents).padStart(15, '0')}`,
    newest: '',
  })[sort] + id

const scan = (search: Search) => {
  const found = stored.filter((ticket) => fits(ticket, search))
  const ids = found.sort((one, other) => (keyOf(one, search) < keyOf(other, search) ? -1 : 1)).map(({ id }) => id)
  return search.sort === 'newest' ? ids.reverse() : ids
}

const readAll = async (query: object) => {
  const ids: string[] = []
  for (let cursor: string | undefined, turn = 0; turn < 100; turn++) {
    const asked = v.parse(Search, { ...query, limit: '40', ...(cursor ? { cursor } : {}) })
    const page = await tickets.search(asked, now)
    ids.push(...page.tickets.map(({ id }) => id))
    cursor = page.nextCursor ?? undefined
    if (!cursor) return ids
  }
  throw new Error('a list without an end')
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const bound = fc.constantFrom('2026-12-31', '2027-01-02', '2027-01-03', '2027-01-02T10:30:00Z', '2027-01-04T00:00:00Z')
const price = fc.constantFrom(...[0, ...prices].map(String))
const query = fc.record({
  q: maybe(fc.constantFrom('amber', 'birch', 'amber night')),
  city: maybe(fc.constantFrom('wien', 'Zuerich', 'Llanfairpwllgwyngyll')),
  from: maybe(bound),
  to: maybe(bound),
  currency: maybe(fc.constantFrom('eur', 'jpy')),
  minPrice: maybe(price),
  maxPrice: maybe(price),
  status: maybe(fc.constantFrom('available', 'reserved', 'sold')),
  sort: fc.constantFrom('soonest', 'cheapest', 'newest'),
})

// Guarantee: by whatever index a list is read, its pages together are what a look at every listing finds, in its order.
test('all pages of any search are what a plain scan finds', async () => {
  await fc.assert(
    fc.asyncProperty(query, async (asked) => {
      expect(await readAll(asked)).toEqual(scan(v.parse(Search, asked)))
    }),
    { numRuns: 100 },
  )
}, 60_000)

// Guarantee: what the version before did to a price is mended by the next write, and not kept.
test('a price that a version before changed is found after the next write', async () => {
  const { id } = await tickets.create({
    ...{ id: newId(), sellerId: newId(), title: 'Cedar', venue: 'Hall', city: 'Graz', priceCents: 5_000 },
    ...{ currency: 'eur', startsAt: new Date('2027-06-01T18:00:00Z'), status: 'available', createdAt: now },
  })
  const raw = db.collection<{ _id: string; version: number; searchPrices: string[] }>('tickets')
  await raw.updateOne({ _id: id }, { $set: { priceCents: 70_000 }, $inc: { version: 1 } })
  await tickets.change(id, (ticket) => ({ ...ticket, title: 'Cedar', status: 'reserved' }))
  await tickets.change(id, (ticket) => ({ ...ticket, status: 'available' }))
  expect((await raw.findOne({ _id: id }))?.searchPrices).toEqual(priceTokens(70_000, 'eur', 'graz'))
})
