import { beforeAll, expect, test } from 'bun:test'
import { actors } from '@fairpass/sdk/dapr'
import { applyEvent, event, type FairpassEvent, type OrderData } from '@fairpass/sdk/events'
import { createServiceApp } from '@fairpass/sdk/http'
import { createLog } from '@fairpass/sdk/telemetry'
import { testActorSidecar } from '@fairpass/servers/testing'
import { createHandlers } from './events.ts'
import { actorType, createExpiration } from './expiration.ts'
import { orderUntil } from './testing.ts'

// Promise 3, the timer's half of it: real placement, scheduler and sidecar, without the periodic look of orders.

/** When each second was published; the broker is down for the first `failures` of each. */
const publishedAt = new Map<string, number[]>()
let failures = 0
let handlers: ReturnType<typeof createHandlers>

const publish = async (told: FairpassEvent) => {
  if (told.type !== 'expiration.due' || !('until' in told.data)) return
  const { until } = told.data
  const before = publishedAt.get(until) ?? []
  publishedAt.set(until, [...before, Date.now()])
  if (before.length < failures) throw new Error('the broker is down')
}

beforeAll(async () => {
  await testActorSidecar('expiration', (dapr) => {
    const expiration = createExpiration({ ...dapr, publish })
    handlers = createHandlers(expiration)
    const log = createLog('expiration', 'silent')
    const service = {
      log,
      publicOrigin: 'http://localhost:3000',
      isPrepared: () => true,
      isReady: async () => true,
    }
    return createServiceApp(service).route('/', actors({ [actorType]: expiration.actor }, log))
  })
}, 60_000)

const opened = async (seconds: number) => {
  const order = orderUntil(new Date(Date.now() + seconds * 1_000).toISOString())
  await applyEvent(handlers, 'order.created', event('order.created', order))
  return order
}

/** When the second of an order was published, once that happened `count` times or `withinMs` are over. */
const timesOf = async ({ expiresAt }: OrderData, count: number, withinMs: number): Promise<number[]> => {
  const until = new Date((Math.floor(Date.parse(expiresAt) / 1000) + 1) * 1000).toISOString()
  const deadline = Date.now() + withinMs
  while ((publishedAt.get(until)?.length ?? 0) < count && Date.now() < deadline) await Bun.sleep(20)
  return publishedAt.get(until) ?? []
}

test('the second in which an order runs out is published as it begins', async () => {
  failures = 0
  const order = await opened(3)
  const [at = 0] = await timesOf(order, 1, 8_000)
  const lateMs = at - Math.floor(Date.parse(order.expiresAt) / 1000) * 1000
  expect(lateMs).toBeGreaterThanOrEqual(-50)
  expect(lateMs).toBeLessThan(3_000)
}, 60_000)

// Guarantee: no outage outlasts the reminder. The scheduler itself tries four times; from the fifth on only the period does.
test('a reminder that cannot be carried out comes again until it can', async () => {
  failures = 5
  const order = await opened(0)
  expect((await timesOf(order, 6, 12_000)).length).toBeGreaterThanOrEqual(6)
}, 60_000)
