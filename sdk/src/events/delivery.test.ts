import { beforeEach, expect, test } from 'bun:test'
import { testSidecar } from '@fairpass/servers/testing'
import { Hono } from 'hono'
import type { Dapr } from '../dapr/dapr.ts'
import { DatabaseConnectionError } from '../errors.ts'
import { newId } from '../mongo/entity.ts'
import { createLog } from '../telemetry/log.ts'
import { event, type FairpassEvent } from './events.ts'
import { subscriptions } from './subscriptions.ts'

// Promise 4, the sidecar's half of it: the real one, on a real Redis, with the project's own policies.

let dapr: Dapr
let told: FairpassEvent
let tries: number
let kept: unknown[]
let failures: number
let failure: Error
let isAway: boolean
let met: number
/** Those of earlier tests are still there, and hear of everything, too. */
let listener: string

beforeEach(async () => {
  told = event('user.banned', { id: newId(), version: 2, at: new Date().toISOString() })
  tries = 0
  kept = []
  failures = 0
  failure = new Error('there is no such account')
  isAway = false
  met = 0
  const appId = `listener-${newId()}`
  listener = appId
  // A new subscriber also receives what was published before it subscribed.
  const isOurs = (id: unknown) => id === told.id && appId === listener
  const handlers = {
    'user.banned': async ({ id }: FairpassEvent) => {
      if (isOurs(id) && ++tries <= failures) throw failure
    },
  }
  const listening = subscriptions(appId, handlers, {
    log: createLog('test', 'fatal'),
    keepDeadLetter: async (delivered) => void kept.push(delivered),
  })
  const app = new Hono()
    .get('/healthz', (c) => c.text('alive'))
    .use('/events/*', async (c, next) => {
      const { id } = await c.req.json()
      if (!isAway || !isOurs(id)) return next()
      met++
      return c.body(null, 503)
    })
    .route('/', listening)
  dapr = await testSidecar(appId, app)
})

const until = async (isTrue: () => boolean, withinMs: number) => {
  const deadline = Date.now() + withinMs
  while (!isTrue() && Date.now() < deadline) await Bun.sleep(50)
}

test('an event that its handler refuses comes again until it is applied', async () => {
  failures = 2
  await dapr.publish(told)
  await until(() => tries > failures, 10_000)
  expect([tries, kept]).toEqual([3, []])
})

test('an event that never succeeds is kept as a dead letter', async () => {
  failures = Number.POSITIVE_INFINITY
  await dapr.publish(told)
  await until(() => kept.length > 0, 20_000)
  expect(kept).toMatchObject([
    { id: told.id, type: 'user.banned', dataschema: 'urn:fairpass:user.banned:1', data: told.data },
  ])
  expect(tries).toBeGreaterThan(3)
}, 60_000)

// Guarantee: an app that starts anew for longer than an event is tried costs nobody an event, nor an operator a look.
test('an event that met no app for as long as it is tried is applied once there is one', async () => {
  isAway = true
  await dapr.publish(told)
  await until(() => met >= 7, 30_000)
  isAway = false
  await until(() => tries + kept.length > 0, 20_000)
  expect([tries, kept]).toEqual([1, []])
}, 60_000)

// Guarantee: an outage of the database, however much longer than an event is tried, costs nobody an event, nor an operator a look.
test('an event whose handler met no database is applied once there is one', async () => {
  failure = new DatabaseConnectionError()
  failures = 10
  await dapr.publish(told)
  await until(() => tries > failures || kept.length > 0, 40_000)
  expect(kept).toEqual([])
  // Its last tries overlap with being delivered again (components/dead-letters.yaml), so that it may come twice.
  expect([failures + 1, failures + 2]).toContain(tries)
}, 60_000)
