import { beforeEach, expect, test } from 'bun:test'
import type { FairpassEvent } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import { publishEach, testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import { openTickets, type Tickets } from '../store.ts'
import { lookForNews } from './digest.ts'
import { digestEveryMs, lookEveryMs, openSavedSearches, type SavedSearches } from './store.ts'

let db: Db
let published: FairpassEvent[]
let tickets: Tickets
let savedSearches: SavedSearches
let now: number

beforeEach(async () => {
  published = []
  now = Date.now()
  db = await testDatabase()
  tickets = openTickets(
    db,
    publishEach(async () => {}),
  )
  savedSearches = openSavedSearches(
    db,
    publishEach(async (event) => void published.push(event)),
  )
  await Promise.all([savedSearches.ensureIndexes(), tickets.ensureIndexes()])
})

const list = (title: string, change: { sellerId?: string; priceCents?: number; delivery?: 'file' } = {}) =>
  tickets.create({
    ...{ id: newId(), sellerId: newId(), title, venue: 'State Opera', city: 'Wien' },
    ...{ startsAt: new Date('2035-06-01T19:30:00Z'), priceCents: 8_900, currency: 'eur' },
    ...{ status: 'available' as const, createdAt: new Date(now) },
    ...change,
  })
const look = async () => {
  await lookForNews({ savedSearches, tickets }, new Date(now))
  // What was written is published right after.
  while ((await db.collection('savedSearches').countDocuments({ outbox: { $exists: true } })) > 0) await Bun.sleep(5)
}
const pass = (ms: number) => {
  now += ms
}
const told = () =>
  published.flatMap((event) => (event.type === 'search.matched' ? [event.data.tickets.map(({ title }) => title)] : []))
const save = (userId: string, query: Record<string, string>) => savedSearches.save(userId, query, new Date(now))

test('new listings that fit are told, those of before, those that do not and one’s own are not', async () => {
  const ann = newId()
  await list('Fidelio before')
  pass(60_000)
  await save(ann, { q: 'fidelio', maxPrice: '10000' })
  pass(60_000)
  await list('Fidelio')
  await list('Fidelio for a fortune', { priceCents: 20_000 })
  await list('Fidelio of my own', { sellerId: ann })
  await list('Tosca')
  await look()
  expect(told()).toEqual([['Fidelio']])
})

// Guarantee: what can be bought from now on is told from now on, whenever it was written down.
test('a listing whose file came after the search was saved is told, once', async () => {
  const [late, old] = [await list('Fidelio', { delivery: 'file' }), await list('Fidelio before')]
  await tickets.raw.updateOne({ _id: old.id }, { $unset: { listedAt: '' } })
  // The file comes at the test's own time, the search was saved before.
  pass(-60_000)
  for (const { id } of [late, old])
    await tickets.raw.updateOne({ _id: id }, { $set: { createdAt: new Date(now - 60_000) } })
  await save(newId(), { q: 'fidelio' })
  await look()
  expect(told()).toEqual([])
  pass(60_000)
  await tickets.change(old.id, (ticket) => ({ ...ticket, priceCents: 9_000 }))
  for (const _upload of ['first', 'second']) {
    await tickets.change(late.id, (ticket) => ({ ...ticket, file: { id: newId(), hasBarcode: true } }))
    await look()
    pass(2 * digestEveryMs)
  }
  await look()
  expect(told()).toEqual([['Fidelio']])
})

// Guarantee: at most one mail an hour for a search, and nothing twice.
test('what comes within the hour is told together after it, once', async () => {
  await save(newId(), { q: 'fidelio' })
  pass(lookEveryMs)
  await list('Fidelio 1')
  await look()
  for (const title of ['Fidelio 2', 'Fidelio 3']) {
    pass(60_000)
    await list(title)
    await look()
  }
  expect(told()).toEqual([['Fidelio 1']])
  pass(digestEveryMs)
  await look()
  await look()
  expect(told().map((titles) => titles.toSorted())).toEqual([['Fidelio 1'], ['Fidelio 2', 'Fidelio 3']])
})

test('several that look at once tell once', async () => {
  await save(newId(), { q: 'fidelio' })
  pass(lookEveryMs)
  await list('Fidelio')
  await Promise.all(Array.from({ length: 6 }, look))
  expect(told()).toEqual([['Fidelio']])
})

test('a search is saved once, and ended by its owner alone', async () => {
  const ann = newId()
  const [one, same] = [await save(ann, { q: 'fidelio', city: 'Wien' }), await save(ann, { city: 'Wien', q: 'fidelio' })]
  expect(same.id).toBe(one.id)
  expect(one.name).toBe('fidelio, Wien')
  expect(await savedSearches.remove(one.id, newId())).toBe(false)
  expect(await savedSearches.remove(one.id, ann)).toBe(true)
  await list('Fidelio')
  await look()
  expect(told()).toEqual([])
})

test.each([
  [{ q: 'a\u202eb' }, 'ab'],
  [{ q: '\u200b' }, 'Fairpass'],
  [{ q: '\u2066Opera', city: 'Wien\u200f' }, 'Opera, Wien'],
  [{ q: 'a\u2028b  c' }, 'a b c'],
  [{ q: '\u3164', city: 'Wien' }, 'Wien'],
  [{ q: 'a\ud800' }, 'a\ufffd'],
  [{ q: '{{7*7}} <b>' }, '{{7*7}} <b>'],
  [{}, 'Fairpass'],
])('the search for %p is called %p', async (query: Record<string, string>, name) => {
  expect((await save(newId(), query)).name).toBe(name)
})

test('nobody has more than twenty, and what is no search is refused', async () => {
  const ann = newId()
  for (let n = 0; n < 20; n++) await save(ann, { q: `word${n}` })
  await expect(save(ann, { q: 'one more' })).rejects.toThrow('as many saved searches')
  await expect(save(newId(), { minPrice: 'much' })).rejects.toThrow('not valid')
})
