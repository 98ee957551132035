import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db, MongoClient } from 'mongodb'
import { databaseErrorOf } from '../../sdk/src/mongo/mongo-errors.ts'
import { inTransaction } from '../../sdk/src/mongo/transaction.ts'
import { connect } from '../../sdk/src/service/run.ts'
import { type FaultyProxy, startProxy } from './proxy.ts'

// Guarantee: whatever the driver throws while connections to the primary break, again and again, is shown as an outage.

const atOnce = 40
const forMs = 5_000

let direct: Db
let proxy: FaultyProxy
let client: MongoClient

beforeAll(async () => {
  direct = await testDatabase()
  const [address] = direct.client.options.hosts
  proxy = await startProxy({ targetPort: () => address?.port ?? 0 })
  client = connect(`mongodb://127.0.0.1:${proxy.port}/?directConnection=true`, 'test')
})
afterAll(async () => {
  await client.close()
  proxy.stop()
})

test('no write, read or transaction fails in a way that nobody foresaw', async () => {
  const db = client.db(direct.databaseName)
  const notes = db.collection<{ _id: string; nth: number }>('notes')
  const thrown = new Map<string, number>()
  const unforeseen = new Set<string>()
  const work = [
    () => notes.insertOne({ _id: newId(), nth: 0 }),
    () => notes.updateMany({}, { $inc: { nth: 1 } }),
    () => notes.findOneAndUpdate({ nth: { $gte: 0 } }, { $inc: { nth: 1 } }),
    () => notes.find().limit(300).batchSize(20).toArray(),
    () => notes.countDocuments(),
    () => notes.insertMany([{ _id: newId(), nth: 0 }], { ordered: false }),
    () => notes.bulkWrite([{ updateOne: { filter: {}, update: { $inc: { nth: 1 } } } }], { ordered: false }),
    () => inTransaction(db, (session) => notes.insertOne({ _id: newId(), nth: 1 }, { session })),
  ]
  const until = performance.now() + forMs
  const worker = async (_: unknown, nth: number) => {
    for (let turn = nth; performance.now() < until; turn++)
      await work[turn % work.length]?.().catch((error) => {
        const said = `${error.name}: ${error.message}`.replaceAll(/[0-9a-f]{24}|\d{4,}/g, '…')
        thrown.set(said, (thrown.get(said) ?? 0) + 1)
        if (!databaseErrorOf(error)) unforeseen.add(said)
      })
  }
  const breaking = setInterval(() => proxy.reset(), 35)
  await Promise.all(Array.from({ length: atOnce }, worker)).finally(() => clearInterval(breaking))
  console.log(Object.fromEntries(thrown))
  expect(thrown.size).toBeGreaterThan(0)
  expect([...unforeseen]).toEqual([])
}, 60_000)
