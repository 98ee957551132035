import { beforeAll, expect, test } from 'bun:test'
import { actors } from '@fairpass/sdk/dapr'
import { event, type FairpassEvent, type OrderData } from '@fairpass/sdk/events'
import { createServiceApp } from '@fairpass/sdk/http'
import { newId } from '@fairpass/sdk/mongo'
import { createLog } from '@fairpass/sdk/telemetry'
import { testActorSidecar } from '@fairpass/servers/testing'
import { createHandlers } from './events.ts'
import { actorType, createExpiration } from './expiration.ts'

// Promise 3, the timer's half of it: real placement, scheduler and sidecar ring, without the sweep of orders.

/** Who rang, and when; the broker is down for the first `deafFor` of each order. */
const rings = new Map<string, number[]>()
let deafFor = 0
let handlers: ReturnType<typeof createHandlers>

const publish = async (told: FairpassEvent) => {
  if (told.type !== 'expiration.due') return
  const { orderId } = told.data
  const before = rings.get(orderId) ?? []
  rings.set(orderId, [...before, Date.now()])
  if (before.length < deafFor) throw new Error('the broker is down')
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

const orderFor = (seconds: number): OrderData => ({
  id: newId(),
  version: 1,
  status: 'created',
  ticketId: newId(),
  buyerId: newId(),
  sellerId: newId(),
  totalCents: 500,
  currency: 'eur',
  createdAt: new Date().toISOString(),
  expiresAt: new Date(Date.now() + seconds * 1_000).toISOString(),
})

const opened = async (seconds: number) => {
  const order = orderFor(seconds)
  await handlers['order.created']?.(event('order.created', order))
  return order
}

const ringsOf = async ({ id }: OrderData, count: number, withinMs: number): Promise<number[]> => {
  const deadline = Date.now() + withinMs
  while ((rings.get(id)?.length ?? 0) < count && Date.now() < deadline) await Bun.sleep(20)
  return rings.get(id) ?? []
}

test('the timer of an order rings when its time is over', async () => {
  deafFor = 0
  const order = await opened(1)
  const [rang = 0] = await ringsOf(order, 1, 5_000)
  const lateMs = rang - Date.parse(order.expiresAt)
  expect(lateMs).toBeGreaterThanOrEqual(-50)
  expect(lateMs).toBeLessThan(3_000)
}, 60_000)

// Guarantee: no outage outlasts the timer. The scheduler itself tries four times; from the fifth on only the period rings.
test('a timer that nobody hears rings on until somebody does', async () => {
  deafFor = 5
  const order = await opened(0)
  expect((await ringsOf(order, 6, 12_000)).length).toBeGreaterThanOrEqual(6)
}, 60_000)

test('the timer of an order that ended does not ring', async () => {
  deafFor = 0
  const order = await opened(2)
  await handlers['order.cancelled']?.(event('order.cancelled', { ...order, version: 2, status: 'cancelled' }))
  expect(await ringsOf(order, 1, 3_500)).toEqual([])
}, 60_000)
