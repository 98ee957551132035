import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import * as v from 'valibot'
import { Search } from '../domain/search.ts'
import { endListing, withdraw } from '../domain/ticket.ts'
import { openTickets, type Tickets } from '../store.ts'

let tickets: Tickets
const now = new Date('2027-01-01T00:00:00Z')

const list = (title: string, about: Partial<Parameters<Tickets['create']>[0]> = {}) =>
  tickets.create({
    id: newId(),
    sellerId: newId(),
    title,
    venue: 'Hall',
    city: 'Graz',
    startsAt: new Date('2027-06-01T18:00:00Z'),
    priceCents: 5_000,
    currency: 'eur',
    status: 'available',
    createdAt: new Date(),
    ...about,
  })

const titles = async (query: Record<string, string>) =>
  (await tickets.search(v.parse(Search, query), now)).tickets.map(({ title }) => title)

beforeAll(async () => {
  tickets = openTickets(await testDatabase(), async () => new Map())
  await tickets.ensureIndexes()
  await list('Łódź Jazz', { city: 'Łódź' })
  await list("Guns N' Roses", { city: 'Saint-Denis' })
  await list('Konzert', { venue: 'Straße 1', city: 'München' })
  await list('東京ホール')
  await list('ボール')
})

test.each([
  ['lodz', 'Łódź Jazz'],
  ['strasse', 'Konzert'],
  ['n’ roses', "Guns N' Roses"],
  ['ホール', '東京ホール'],
  ['muenchen', 'Konzert'],
])('%p finds %p alone', async (q, title) => {
  expect(await titles({ q })).toEqual([title])
})

test.each([
  ['lodz', 'Łódź Jazz'],
  ['SAINT DENIS', "Guns N' Roses"],
  ['munchen', 'Konzert'],
])('the city %p has %p', async (city, title) => {
  expect(await titles({ city })).toEqual([title])
})

// Guarantee: a word narrows what is found in a city, in whatever spelling the city is asked for.
test.each(['Zürich', 'Zuerich', 'Zurich'])('a word is found in %p, however it is spelled', async (written) => {
  await list(`Tango ${written}`, { city: written })
  for (const city of ['Zürich', 'Zuerich', 'Zurich']) {
    expect(await titles({ city, q: 'tango' })).toEqual(await titles({ city }))
    expect(await titles({ city, q: 'tango' })).toContain(`Tango ${written}`)
  }
})

// Guarantee: what was withdrawn before its file came was never on sale, and no list has it.
test('of what was withdrawn, by whomever, only what was on sale is found', async () => {
  const city = 'Split'
  const file = { id: newId(), hasBarcode: true }
  const drafts = [await list('Draft', { city, delivery: 'file' }), await list('Old draft', { city, delivery: 'file' })]
  const onSale = await list('On sale', { city, delivery: 'file', file })
  for (const ticket of [...drafts, onSale]) await tickets.replace(ticket, withdraw(ticket), { timeoutMs: 1_000 })
  for (const by of [undefined, 'admin'] as const) {
    const [ended, begun] = [
      await list('Ended', { city, delivery: 'file', file }),
      await list('Not begun', { city, delivery: 'file' }),
    ]
    // As versions before stored it.
    await tickets.raw.updateOne({ _id: ended.id }, { $unset: { listedAt: '' } })
    for (const { id } of [ended, begun]) await tickets.change(id, (ticket) => endListing(ticket, by))
  }
  const [draft, old] = drafts.map(({ id }) => ({ _id: id }))
  expect(await tickets.raw.findOne(draft ?? {})).not.toHaveProperty('isListed')
  // As versions before stored it.
  await tickets.raw.updateOne(old ?? {}, { $set: { isListed: false } })
  expect((await titles({ city, status: 'withdrawn' })).toSorted()).toEqual(['Ended', 'Ended', 'On sale'])
})

// Guarantee: a day is the one on the card, wherever the venue is.
test('a show is found on its venue’s day, and on no other', async () => {
  await list('Hollywood', { startsAt: new Date('2027-07-02T03:00:00Z'), timeZone: 'America/Los_Angeles' })
  await list('Kiribati', { startsAt: new Date('2027-07-01T11:00:00Z'), timeZone: 'Pacific/Kiritimati' })
  await list('Baker', { startsAt: new Date('2027-07-02T11:30:00Z'), timeZone: 'Etc/GMT+12' })
  const on = (day: string) => titles({ from: day, to: day })
  expect(await on('2027-07-01')).toEqual(['Hollywood', 'Baker'])
  expect(await on('2027-07-02')).toEqual(['Kiribati'])
  expect(await on('2027-07-03')).toEqual([])
  expect(await titles({ from: '2027-07-02T05:00:00+02', to: '2027-07-02T05:00:00+02' })).toEqual(['Hollywood'])
  expect(await titles({ from: '2027-07-02T05:00:00 02:00', to: '2027-07-02T03:00:00Z' })).toEqual(['Hollywood'])
})

test('what was stored before listings had days is found by those of UTC', async () => {
  const { id } = await list('Old', { startsAt: new Date('2027-08-01T23:00:00Z'), timeZone: 'Europe/Vienna' })
  await tickets.raw.updateOne({ _id: id }, { $unset: { startsOn: '' } })
  expect(await titles({ from: '2027-08-01', to: '2027-08-01' })).toEqual(['Old'])
  expect(await titles({ from: '2027-08-02', to: '2027-08-02' })).toEqual([])
})

test('the cheapest is the cheapest of its currency, page by page', async () => {
  const [city, startsAt] = ['Zagreb', new Date('2027-09-01T18:00:00Z')]
  for (const [title, priceCents, currency] of [
    ['ten dollars', 1_000, 'usd'],
    ['thousand yen', 1_000, 'jpy'],
    ['nine euros', 900, 'eur'],
    ['two dollars', 200, 'usd'],
    ['eight euros', 800, 'eur'],
  ] as const)
    await list(title, { priceCents, currency, city, startsAt })
  const all = ['eight euros', 'nine euros', 'thousand yen', 'two dollars', 'ten dollars']
  expect(await titles({ city, sort: 'cheapest' })).toEqual(all)
  expect(await titles({ city, sort: 'cheapest', currency: 'usd', minPrice: '500' })).toEqual(['ten dollars'])

  const paged: string[] = []
  for (let cursor: string | undefined; paged.length < 10; ) {
    const query = v.parse(Search, { city, sort: 'cheapest', limit: '2', cursor })
    const { tickets: found, nextCursor } = await tickets.search(query, now)
    paged.push(...found.map(({ title }) => title))
    if (!nextCursor) break
    cursor = nextCursor
  }
  expect(paged).toEqual(all)
})

test.each([{ from: '2027-02-30' }, { from: '9999-12-31T23:59:59-12:00' }, { to: 'soon' }, { currency: 'dem' }])(
  '%p is no filter',
  (query) => {
    expect(v.is(Search, query)).toBe(false)
  },
)
