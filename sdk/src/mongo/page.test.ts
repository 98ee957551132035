import { beforeAll, expect, test } from 'bun:test'
import { testDatabase } from '@fairpass/servers/testing'
import fc from 'fast-check'
import type { Collection, Document } from 'mongodb'
import { RequestValidationError } from '../errors.ts'
import { newestFirst, type Order, readPage } from './page.ts'

type Row = { _id: string; at: Date; price: number; kind: string }
const count = 600
let rows: Collection<Row>

beforeAll(async () => {
  const db = await testDatabase()
  rows = db.collection<Row>('rows')
  await rows.createIndex({ kind: 1, price: 1, at: -1, _id: 1 }, { name: 'kind and price' })
  await rows.createIndex({ kind: 1, at: -1, _id: -1 }, { name: 'kind and at' })
  await rows.insertMany(
    Array.from({ length: count }, (_, nth) => ({
      _id: `${nth}`.padStart(6, '0'),
      at: new Date(1_000 * (nth % 3)),
      price: nth % 5,
      kind: nth % 2 === 0 ? 'even' : 'odd',
    })),
  )
})

const latestFirst = { direction: -1, fields: { at: 'date', _id: 'string' } } as const satisfies Order
const cheapest = { direction: 1, fields: { kind: 'string', price: 'number', _id: 'string' } } as const satisfies Order

const allOf = async (order: Order, limit: number) => {
  const ids: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof readPage<Row>>> = await readPage(rows, { filter: {}, order, limit, cursor })
    ids.push(...page.rows.map(({ _id }) => _id))
    cursor = page.nextCursor
  }
  return ids
}

// Guarantee: page by page each row comes once and in order, however many tie.
test.each([
  ['newest', newestFirst, { _id: -1 }],
  ['latest', latestFirst, { at: -1, _id: -1 }],
  ['cheapest', cheapest, { kind: 1, price: 1, _id: 1 }],
] as const)('%s first, in pages of any size', async (_, order, sort) => {
  const wanted = (await rows.find().sort(sort).toArray()).map(({ _id }) => _id)
  for (const limit of [7, 100, count - 1, count, count + 1]) expect(await allOf(order, limit)).toEqual(wanted)
})

test('what was read before is not read again, even where many tie', async () => {
  const filter = { kind: { $in: ['even', 'odd'] } }
  const first = await readPage(rows, { filter, order: latestFirst, limit: 50 })
  const { db } = { db: rows.db }
  await db.command({ profile: 2, slowms: 0 })
  await readPage(rows, { filter, order: latestFirst, limit: 5, cursor: first.nextCursor ?? '', hint: 'kind and at' })
  await db.command({ profile: 0 })
  const seen = await db.collection<Document>('system.profile').find({ ns: rows.namespace }).toArray()
  expect(seen.reduce((total, one) => total + one.docsExamined, 0)).toBeLessThanOrEqual(30)
})

test('a cursor that this list did not give is refused, whatever it holds', async () => {
  const read = (cursor: string) => readPage(rows, { filter: {}, order: latestFirst, limit: 5, cursor })
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const ofOtherList = (await readPage(rows, { filter: {}, order: cheapest, limit: 5 })).nextCursor ?? ''
  for (const cursor of [
    '',
    '!',
    ofOtherList,
    encoded([{ $gt: 1 }, 'a']),
    encoded([9e99, 'a']),
    encoded([1, 2]),
    encoded([1]),
  ])
    await expect(read(cursor)).rejects.toBeInstanceOf(RequestValidationError)
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.jsonValue().map(encoded)), async (cursor) => {
      await read(cursor).catch((error: unknown) => expect(error).toBeInstanceOf(RequestValidationError))
    }),
  )
})
