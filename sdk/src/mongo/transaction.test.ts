import { expect, test } from 'bun:test'
import { testDatabase } from '@fairpass/servers/testing'
import { DatabaseConnectionError } from '../errors.ts'
import { databaseErrorOf } from './mongo-errors.ts'
import { inTransaction } from './transaction.ts'

/** `transactionLifetimeLimitSeconds` of the server, and how often it checks for expired transactions. */
const lockedAtMostMs = 5_000 + 5_000

// Guarantee: what a process had changed in a transaction when it was killed can be changed again within seconds.
test('a transaction that nobody ends locks its documents no longer than our requests wait', async () => {
  const db = await testDatabase()
  const sales = db.collection<{ _id: string; state: string }>('sales')
  await sales.insertOne({ _id: 'sale', state: 'started' })
  const session = db.client.startSession()
  session.startTransaction()
  await sales.updateOne({ _id: 'sale' }, { $set: { state: 'captured' } }, { session })
  // Its process is killed here: nobody commits or aborts.
  const begun = performance.now()
  await sales.updateOne({ _id: 'sale' }, { $set: { state: 'taken up again' } })
  expect(performance.now() - begun).toBeLessThan(lockedAtMostMs)
  expect(await sales.findOne({ _id: 'sale' })).toMatchObject({ state: 'taken up again' })
  await session.endSession()
}, 30_000)

// Guarantee: a connection that breaks as the commit is sent is an outage and no failure of ours.
test('a commit that meets the socket’s own error is an outage', async () => {
  const db = await testDatabase()
  const command = db.client.startSession().constructor.prototype
  const { commitTransaction } = command
  command.commitTransaction = async () => {
    throw Object.assign(new Error('write ECONNRESET'), { code: 'ECONNRESET' })
  }
  try {
    const thrown = await inTransaction(db, async () => {}).catch((error: unknown) => error)
    expect(databaseErrorOf(thrown)).toBeInstanceOf(DatabaseConnectionError)
  } finally {
    command.commitTransaction = commitTransaction
  }
})
