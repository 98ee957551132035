import { expect, test } from 'bun:test'
import { testDatabase, testSidecar } from '@fairpass/servers/testing'
import { Hono } from 'hono'
import { newId } from '../mongo/entity.ts'
import { createLog } from '../telemetry/log.ts'
import { type DeadLetter, openDeadLetters } from './dead-letters.ts'
import { event } from './events.ts'
import type { EventHandlers } from './handlers.ts'
import { subscriptions } from './subscriptions.ts'

const log = createLog('test', 'fatal')
const banned = (id = newId()) => event('user.banned', { id, version: 2, at: new Date().toISOString() })

const opened = async () => {
  const db = await testDatabase()
  const letters = db.collection<DeadLetter>('deadLetters')
  const mark = () => letters.updateMany({}, { $set: { replay: true } })
  return { ...openDeadLetters(db, log), letters, mark }
}

const until = async (isTrue: () => boolean, withinMs: number) => {
  const deadline = Date.now() + withinMs
  while (!isTrue() && Date.now() < deadline) await Bun.sleep(50)
}

// Guarantee: an event is never lost, even when what keeps the given-up ones is away. Without the component `dead-letters`
// and its policy `keep`, pubsub.redis acknowledges the letter after the last try.
test('a dead letter that cannot be kept is delivered again until it is', async () => {
  let tries = 0
  let kept: unknown
  const app = subscriptions(
    'listener',
    { 'user.banned': async () => {} },
    {
      log,
      keepDeadLetter: async (delivered) => {
        if (++tries <= 4) throw new Error('the database is away')
        kept = delivered
      },
    },
  )
  const listener = new Hono()
    .onError((_, c) => c.body(null, 500))
    .get('/healthz', (c) => c.text('alive'))
    .route('/', app)
  const dapr = await testSidecar('listener', listener)
  const letter = banned()
  await dapr.publish({ ...letter, type: 'dead-letter.listener' } as unknown as typeof letter)
  await until(() => kept !== undefined, 30_000)
  expect(tries).toBeGreaterThan(4)
  expect(kept).toMatchObject({ id: letter.id, data: letter.data })
}, 60_000)

test('marked letters are found by an index, and there is a bound to how many are kept', async () => {
  const { keep, letters, ensureIndexes } = await opened()
  await ensureIndexes()
  const plan = await letters.find({ replay: true }, { sort: { at: 1 } }).explain('queryPlanner')
  expect(JSON.stringify(plan)).toContain('"indexName":"marked"')
  const many = Array.from({ length: 10_000 }, (_, nth) => ({
    _id: `${nth}`,
    type: '?',
    delivered: 1,
    at: new Date(nth),
  }))
  await letters.insertMany(many)
  await keep(banned())
  expect(await letters.countDocuments()).toBe(10_001 - 100)
  expect(await letters.findOne({ _id: '0' })).toBeNull()
  expect(await letters.findOne({ type: 'user.banned' })).not.toBeNull()
})

test('a letter that is marked is applied once and gone; one that is not stays', async () => {
  const { keep, replayMarked, letters, mark } = await opened()
  const applied: string[] = []
  const handlers: EventHandlers = { 'user.banned': async ({ data }) => void applied.push(data.id) }
  const [first, second] = [banned(), banned()]
  await keep(first)
  await replayMarked(handlers)
  expect(applied).toEqual([])
  await keep(second)
  await mark()
  await replayMarked(handlers)
  await replayMarked(handlers)
  expect(applied).toEqual([first.data.id, second.data.id])
  expect(await letters.countDocuments()).toBe(0)
})

test('a letter that fails again stays, unmarked, and says why; the others are applied', async () => {
  const { keep, replayMarked, letters, mark } = await opened()
  const [good, bad] = [banned(), banned()]
  const handlers: EventHandlers = {
    'user.banned': async ({ data }) => {
      if (data.id === bad.data.id) throw new Error('there is no such account')
    },
  }
  await keep(bad, new Error('there was no such account'))
  expect(await letters.findOne({ _id: bad.id })).toMatchObject({ failure: 'there was no such account' })
  await keep({ id: 'x', type: 'no.such' })
  await keep({ ...banned(), id: 'broken', data: {} })
  await keep(good)
  await mark()
  await replayMarked(handlers)
  const left = await letters.find().toArray()
  expect(left.map(({ _id, replay }) => [_id, replay])).toEqual([
    [bad.id, undefined],
    ['x', undefined],
    ['broken', undefined],
  ])
  expect(left.map(({ failure }) => failure)).toEqual([
    'there is no such account',
    'There is no event no.such',
    expect.stringContaining('Expected'),
  ])
})
