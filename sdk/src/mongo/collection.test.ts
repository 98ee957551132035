import { beforeEach, expect, test } from 'bun:test'
import { publishEach, testDatabase } from '@fairpass/servers/testing'
import { VersionConflictError } from '../errors.ts'
import { event, type FairpassEvent } from '../events/events.ts'
import { runPeriodically } from '../run-periodically.ts'
import { createLog } from '../telemetry/log.ts'
import { type Collection, openCollection } from './collection.ts'
import { type Entity, newId } from './entity.ts'
import { createReads } from './reads.ts'

type Account = Entity & { balance: number; note?: string | undefined }

/** What was published of each document; the relay of an earlier test may still be under way. */
let publishedOf: (id: string) => FairpassEvent[]
let isBrokerUp: boolean
let accounts: Collection<Account>

const changed = ({ id, version }: Account) => [event('user.banned', { id, version, at: new Date().toISOString() })]

beforeEach(async () => {
  const published: FairpassEvent[] = []
  publishedOf = (id) => published.filter(({ data }) => 'id' in data && data.id === id)
  isBrokerUp = true
  accounts = openCollection<Account>(await testDatabase(), 'accounts', {
    publishAll: publishEach(async (told) => {
      if (!isBrokerUp) throw new Error('the broker is down')
      published.push(told)
    }),
  })
  await accounts.ensureIndexes()
})

// Guarantee: no write is lost, however many change the same document at once.
test('racing changes all count', async () => {
  const { id } = await accounts.insert({ id: newId(), balance: 0 })
  const deposits = await Promise.allSettled(
    Array.from({ length: 6 }, () => accounts.change(id, (one) => ({ ...one, balance: one.balance + 1 }))),
  )
  const stored = deposits.filter(({ status }) => status === 'fulfilled').length
  expect(stored).toBeGreaterThan(0)
  expect(await accounts.find(id)).toEqual({ id, version: 1 + stored, balance: stored })
})

test('a write names the version that it read', async () => {
  const before = await accounts.insert({ id: newId(), balance: 1, note: 'old' })
  const after = await accounts.replace(before, { ...before, balance: 2, note: undefined })
  expect(await accounts.find(before.id)).toEqual({ id: before.id, version: 2, balance: 2 })
  expect(after.version).toBe(2)
  expect(accounts.replace(before, { ...before, balance: 3 })).rejects.toBeInstanceOf(VersionConflictError)
})

// Promise 4: a crash between a change and its events cannot be, for there is no between. MongoDB's own account of the writes:
test('a change and its events are one write', async () => {
  isBrokerUp = false
  const stream = accounts.raw.watch([], { maxAwaitTimeMS: 50 })
  // Opens it: what is written from here on is seen.
  await stream.tryNext()
  const { id } = await accounts.insert({ id: newId(), balance: 0 }, changed)
  await accounts.change(id, (one) => ({ ...one, balance: 1 }), changed)
  const [inserted, updated] = [await stream.next(), await stream.next()]
  await stream.close()
  expect(inserted).toMatchObject({
    operationType: 'insert',
    fullDocument: { version: 1, outbox: [{ data: { version: 1 } }] },
  })
  expect(updated).toMatchObject({
    operationType: 'update',
    updateDescription: { updatedFields: { balance: 1, version: 2, 'outbox.1': { data: { version: 2 } } } },
  })
})

// Promise 4: a committed change has its events; they are published at least once.
test('events that could not be published wait in their document, and go out in order when the broker is back', async () => {
  isBrokerUp = false
  const writtenAt = Date.now()
  const { id } = await accounts.insert({ id: newId(), balance: 0 }, changed)
  await accounts.change(id, (one) => ({ ...one, balance: 1 }), changed)
  await expect(accounts.relay.flush(id)).rejects.toThrow('the broker is down')
  expect(publishedOf(id)).toEqual([])
  expect(await accounts.find(id)).toEqual({ id, version: 2, balance: 1 })
  isBrokerUp = true
  await accounts.relay.publishLeftBehind(writtenAt)
  // The process that wrote it may be about to publish it.
  expect(publishedOf(id)).toEqual([])
  await accounts.relay.publishLeftBehind(Date.now() + 2_000)
  expect(publishedOf(id).map(({ data }) => 'version' in data && data.version)).toEqual([1, 2])
  await accounts.relay.publishLeftBehind()
  expect(publishedOf(id)).toHaveLength(2)
  expect(await accounts.raw.findOne({ _id: id })).not.toHaveProperty('outbox')
})

test('what could not be published is tried again long before the periodic look for what others left behind', async () => {
  isBrokerUp = false
  const end = new AbortController()
  const log = createLog('test', 'silent')
  const running = runPeriodically(accounts.relay.loopOf('outbox'), { log, signal: end.signal })
  const { id } = await accounts.insert({ id: newId(), balance: 0 }, changed)
  await accounts.relay.settled(id).catch(() => {})
  isBrokerUp = true
  const deadline = Date.now() + 8_000
  while (publishedOf(id).length === 0 && Date.now() < deadline) await Bun.sleep(20)
  end.abort()
  await running
  expect(publishedOf(id)).toHaveLength(1)
}, 15_000)

test('an event that went out although the relay never learnt so goes out again', async () => {
  isBrokerUp = false
  const { id } = await accounts.insert({ id: newId(), balance: 0 }, changed)
  const left = await accounts.raw.findOne({ _id: id })
  isBrokerUp = true
  await accounts.relay.flush(id)
  // As if the process had been killed between publishing and taking it out.
  await accounts.raw.updateOne({ _id: id }, { $set: { outbox: left?.outbox ?? [] } })
  await accounts.relay.flush(id)
  expect(publishedOf(id).map(({ id: eventId }) => eventId)).toEqual([
    left?.outbox?.[0]?.id,
    left?.outbox?.[0]?.id,
  ] as string[])
})

// Guarantee: nobody is refused for good over what a member of the database does not show for a moment.
test('a miss that others act on is confirmed by a majority; what is found is read once', async () => {
  const { id } = await accounts.insert({ id: newId(), balance: 3 })
  const asked: unknown[] = []
  // Cuts the first answer off as a member that lags behind gives it.
  const lagging = (misses: boolean) =>
    createReads<Account>({
      ...accounts.raw,
      findOne: (...[filter, options]: Parameters<typeof accounts.raw.findOne>) => {
        asked.push(options?.readConcern)
        return misses && !options?.readConcern ? Promise.resolve(null) : accounts.raw.findOne(filter ?? {}, options)
      },
    } as typeof accounts.raw)
  expect(await lagging(true).findConfirmed(id)).toEqual({ id, version: 1, balance: 3 })
  expect(asked.splice(0)).toEqual([undefined, { level: 'linearizable' }])
  expect(await lagging(false).findConfirmed(id)).toEqual({ id, version: 1, balance: 3 })
  expect(asked).toEqual([undefined])
  expect(await accounts.findConfirmed(newId())).toBeUndefined()
})
