import { beforeEach, expect, test } from 'bun:test'
import { actors } from '@fairpass/sdk/dapr'
import { event, type FairpassEvent, type OrderData } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import { createLog } from '@fairpass/sdk/telemetry'
import { createHandlers } from './events.ts'
import { actorType, createExpiration } from './expiration.ts'

// The sidecar's side of this is in test/e2e/expiry.test.ts; here is what the service asks of it and answers.

let published: FairpassEvent[]
let asked: string[]
let isBrokerUp: boolean

const dapr = {
  registerReminder: async (type: string, id: string, name: string, dueAt: Date, period: string) => {
    asked.push(`start ${type}/${id} ${name} ${dueAt.toISOString()} ${period}`)
  },
  endReminder: async (type: string, id: string, name: string) => {
    asked.push(`stop ${type}/${id} ${name}`)
  },
  publish: async (told: FairpassEvent) => {
    if (!isBrokerUp) throw new Error('the broker is down')
    published.push(told)
  },
}

const expiration = createExpiration(dapr)
const remind = (id: string) =>
  actors({ [actorType]: expiration.actor }, createLog('expiration', 'fatal')).request(
    `/actors/${actorType}/${id}/method/remind/due`,
    { method: 'PUT' },
  )

beforeEach(() => {
  published = []
  asked = []
  isBrokerUp = true
})

const order: OrderData = {
  id: newId(),
  version: 1,
  status: 'created',
  ticketId: newId(),
  buyerId: newId(),
  sellerId: newId(),
  totalCents: 500,
  currency: 'eur',
  createdAt: '2030-01-01T00:00:00.000Z',
  expiresAt: '2030-01-01T00:15:00.000Z',
}

test('an order starts its timer, and its end stops it', async () => {
  const handlers = createHandlers(expiration)
  await handlers['order.created']?.(event('order.created', order))
  await handlers['order.cancelled']?.(event('order.cancelled', { ...order, version: 2, status: 'cancelled' }))
  expect(asked).toEqual([
    `start ${actorType}/${order.id} due 2030-01-01T00:15:00.000Z 2s`,
    `stop ${actorType}/${order.id} due`,
  ])
})

// Guarantee: a timer ends only once it was heard; Dapr ends a reminder for exactly 200 with this header.
test('the reminder is cancelled only once the order was said to be due', async () => {
  isBrokerUp = false
  const unheard = await remind(order.id)
  expect([unheard.status, unheard.headers.get('X-DaprReminderCancel')]).toEqual([500, null])
  isBrokerUp = true
  const heard = await remind(order.id)
  expect([heard.status, heard.headers.get('X-DaprReminderCancel')]).toEqual([200, 'true'])
  expect(published).toMatchObject([{ type: 'expiration.due', data: { orderId: order.id } }])
})
