import { beforeEach, expect, test } from 'bun:test'
import { testSidecar } from '@fairpass/servers/testing'
import { Hono } from 'hono'
import type { Dapr } from '../dapr/dapr.ts'
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

beforeEach(async () => {
  told = event('user.banned', { id: newId(), version: 2, at: new Date().toISOString() })
  tries = 0
  kept = []
  const handlers = {
    // A new subscriber also receives what was published before it subscribed.
    'user.banned': async ({ id }: FairpassEvent) => {
      if (id === told.id && ++tries <= failures) throw new Error('the database is away')
    },
  }
  const appId = `listener-${newId()}`
  const listening = subscriptions(appId, handlers, {
    log: createLog('test', 'fatal'),
    keepDeadLetter: async (delivered) => void kept.push(delivered),
  })
  dapr = await testSidecar(appId, new Hono().get('/healthz', (c) => c.text('alive')).route('/', listening))
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
