import { beforeAll, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { newId, openMigrations } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import { foundBy } from './domain/search.ts'
import { migrationsOf } from './migrations.ts'
import { searchFolding } from './refold-search.ts'

// Guarantee: a listing is found by today's folding of its texts, whatever version stored it.

const now = new Date('2027-01-01T00:00:00Z')
const startsAt = new Date('2027-06-01T18:00:00Z')
let db: Db

beforeAll(async () => {
  db = await testDatabase()
})

/** All migrations, passed over until each is recorded. */
const migrate = async () => {
  const { work } = openMigrations(db, { migrations: migrationsOf(db, () => now), settleMs: 0 })
  do await work()
  while ((await db.collection('migrations').countDocuments({ at: { $exists: false } })) > 0)
}

const listing = (title: string, more: object = {}) => ({
  ...{ title, venue: 'Hall', city: 'Łódź', startsAt, priceCents: 4_200, currency: 'eur' },
  ...more,
})
/** As a version stored it that folded no letters. */
const stored = (title: string, more: object = {}) => ({
  ...{ _id: newId(), version: 3, status: 'available', isListed: true, ...listing(title, more) },
  ...{
    searchText: title.toLowerCase(),
    searchTokens: [title.toLowerCase()],
    searchCity: 'łódź',
    startsOn: '2027-06-01',
  },
})

test('what an earlier version folded is folded anew, in batches, once, and nothing else changes', async () => {
  const tickets = db.collection<{ _id: string }>('tickets')
  const old = Array.from({ length: 1_100 }, (_, nth) => stored(`Straße ${nth}`))
  const begun = stored('Straße', { startsAt: new Date('2026-06-01T18:00:00Z') })
  const today = { ...stored('Œuvre'), ...foundBy(listing('Œuvre')) }
  await tickets.insertMany([...old, begun, today])
  await migrate()
  for (const ticket of [old[0], old.at(-1)]) {
    if (ticket === undefined) throw new Error('There is no listing')
    const found = await tickets.findOne({ _id: ticket._id })
    expect(found).toEqual({ ...ticket, ...foundBy(ticket) } as object as typeof found)
    expect(found).toMatchObject({ searchCity: 'lodz' })
  }
  expect(await tickets.findOne({ _id: begun._id })).toEqual(begun as object as { _id: string })
  expect(await tickets.findOne({ _id: today._id })).toEqual(today as object as { _id: string })
  // Once it is recorded, a start reads no listing any more.
  await tickets.updateOne({ _id: today._id }, { $set: { searchText: 'kept' } })
  await migrate()
  expect(await tickets.findOne({ _id: today._id })).toMatchObject({ searchText: 'kept' })
})

test('whoever changes how texts are folded raises the number of the folding', () => {
  const letters: string[] = []
  for (let code = 0x21; code < 0x3_0000; code++) {
    const letter = String.fromCodePoint(code)
    if (/\p{Assigned}/u.test(letter) && /[\p{L}\p{N}\p{M}\p{P}]/u.test(letter)) letters.push(`a${letter} ${letter}b`)
  }
  const hash = createHash('sha256')
  for (let at = 0; at < letters.length; at += 20)
    hash.update(JSON.stringify(foundBy(listing(letters.slice(at, at + 20).join(' ')))))
  expect(`${searchFolding}: ${hash.digest('hex').slice(0, 16)}`).toBe('search folding 5: 1bf16f922eef7ed3')
})
