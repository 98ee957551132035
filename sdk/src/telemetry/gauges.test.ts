import { expect, test } from 'bun:test'
import { metricValue, testDatabase } from '@fairpass/servers/testing'
import { createDapr } from '../dapr/dapr.ts'
import { openDeadLetters } from '../events/dead-letters.ts'
import { event } from '../events/events.ts'
import { subscriptions } from '../events/subscriptions.ts'
import { createServiceApp } from '../http/app.ts'
import { openCollection } from '../mongo/collection.ts'
import { runPeriodically } from '../run-periodically.ts'
import { createScrape, type GaugeCollector } from './gauges.ts'
import { createLog } from './log.ts'
import { gauge } from './metrics.ts'

const log = createLog('test', 'silent')

const things = gauge('test_things', { help: 'Things of a test', labels: ['kind'] })
const alone = gauge('test_alone', { help: 'A thing of a test' })

const readingOf = (read: () => Promise<void>): GaugeCollector => ({
  name: 'things',
  read,
  reset: () => {
    things.reset()
    alone.remove()
  },
})

test('what cannot be read is left out, and that is counted: nobody takes what was true once for what is', async () => {
  let isBroken = false
  const reading = readingOf(async () => {
    if (isBroken) throw new Error('the database is away')
    things.set({ kind: 'green' }, 3)
    alone.set(4)
  })
  await createScrape([reading], log)()
  expect([await metricValue('fairpass_test_things'), await metricValue('fairpass_test_alone')]).toEqual([3, 4])
  isBroken = true
  const before = (await metricValue('fairpass_reading_failures_total', { reading: 'things' })) ?? 0
  await createScrape([reading], log)()
  expect([await metricValue('fairpass_test_things'), await metricValue('fairpass_test_alone')]).toEqual([
    undefined,
    undefined,
  ])
  expect(await metricValue('fairpass_reading_failures_total', { reading: 'things' })).toBe(before + 1)
})

test('however many ask, the database is asked once; and one that hangs holds nobody up for long', async () => {
  let asked = 0
  const scrape = createScrape([readingOf(async () => void asked++)], log)
  await Promise.all(Array.from({ length: 20 }, scrape))
  await scrape()
  expect(asked).toBe(1)
  const startedAt = performance.now()
  await createScrape([readingOf(() => new Promise(() => {}))], log)()
  expect(performance.now() - startedAt).toBeWithin(1_900, 15_000)
})

type Note = { id: string; version: number }

test('events that wait in an outbox are counted, with the time that the oldest has waited', async () => {
  const notes = openCollection<Note>(await testDatabase(), 'notes', {
    publishAll: () => Promise.reject(new Error('no broker')),
  })
  await notes.ensureIndexes()
  await notes.relay.gaugeCollector.read()
  expect(await metricValue('fairpass_outbox_pending', { collection: 'notes' })).toBe(0)
  const waiting = event(
    'expiration.due',
    { orderId: 'a'.repeat(24), version: 1, dueAt: new Date().toISOString() },
    new Date(Date.now() - 90_000),
  )
  await notes.insert({ id: 'b'.repeat(24) }, () => [waiting, event('expiration.due', waiting.data)])
  await notes.relay.gaugeCollector.read()
  expect(await metricValue('fairpass_outbox_pending', { collection: 'notes' })).toBe(1)
  expect(await metricValue('fairpass_outbox_oldest_seconds', { collection: 'notes' })).toBeWithin(90, 120)
  notes.relay.gaugeCollector.reset()
  expect(await metricValue('fairpass_outbox_pending', { collection: 'notes' })).toBeUndefined()
})

test('dead letters are counted', async () => {
  const letters = openDeadLetters(await testDatabase(), log)
  await letters.keep({ id: 'one', type: 'order.created' })
  await letters.keep({ id: 'two', type: 'order.created' })
  await letters.gaugeCollector.read()
  expect(await metricValue('fairpass_dead_letters')).toBe(2)
})

test('deliveries are counted by what came of them', async () => {
  const outcome = (which: string) =>
    metricValue('fairpass_events_applied_total', { type: 'user.banned', outcome: which })
  const before = [await outcome('applied'), await outcome('failed'), await outcome('dead')].map((count) => count ?? 0)
  let isBroken = false
  const app = subscriptions(
    'test',
    {
      'user.banned': async () => {
        if (isBroken) throw new Error('broken')
      },
    },
    { log, keepDeadLetter: async () => {} },
  )
  const body = JSON.stringify(event('user.banned', { id: 'a'.repeat(24), version: 1, at: new Date().toISOString() }))
  const deliver = (path: string) => app.request(path, { method: 'POST', body })
  await deliver('/events/user.banned')
  isBroken = true
  await deliver('/events/user.banned')
  await deliver('/events/user.banned')
  await deliver('/dead-letters')
  expect([await outcome('applied'), await outcome('failed'), await outcome('dead')]).toEqual([
    (before[0] ?? 0) + 1,
    (before[1] ?? 0) + 2,
    (before[2] ?? 0) + 1,
  ])
})

test('published events and failed rounds of loops are counted', async () => {
  const sidecar = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(null, { status: 204 }) })
  const dapr = createDapr({ httpPort: sidecar.port ?? 0 })
  const published = () => metricValue('fairpass_events_published_total', { type: 'user.erased' })
  const before = (await published()) ?? 0
  await dapr.publish(event('user.erased', { id: 'a'.repeat(24), version: 1, at: new Date().toISOString() }))
  expect(await published()).toBe(before + 1)

  const end = new AbortController()
  let rounds = 0
  const work = async () => {
    if (++rounds === 3) end.abort()
    throw new Error('broken')
  }
  await runPeriodically({ everyMs: 1, name: 'a loop of the test', work }, { log, signal: end.signal })
  expect(await metricValue('fairpass_loop_failures_total', { loop: 'a loop of the test' })).toBe(3)

  await sidecar.stop(true)
})

test('requests are timed by the pattern of their route, and those that nothing takes by none of their own', async () => {
  const app = createServiceApp({
    log,
    publicOrigin: 'http://localhost:3000',
    isPrepared: () => true,
    isReady: async () => true,
  }).get('/api/timed/:id', (c) => c.json({}))
  const count = (labels: Record<string, string>) => metricValue('fairpass_http_request_seconds_count', labels)
  await app.request('/api/timed/1')
  await app.request('/api/timed/2')
  const before = (await count({ method: 'OTHER', status: '404' })) ?? 0
  await app.request('/api/anything', { method: 'PROPFIND' })
  await app.request('/healthz')
  expect(await count({ method: 'GET', route: '/api/timed/:id', status: '200' })).toBe(2)
  expect(await count({ method: 'OTHER', status: '404' })).toBe(before + 1)
  expect(await count({ route: '/healthz' })).toBeUndefined()
  expect(await count({ route: '/api/anything' })).toBeUndefined()
})
