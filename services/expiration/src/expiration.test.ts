import { beforeEach, expect, test } from 'bun:test'
import { actors } from '@fairpass/sdk/dapr'
import { applyEvent, event, type FairpassEvent, type OrderData } from '@fairpass/sdk/events'
import { createLog } from '@fairpass/sdk/telemetry'
import { createHandlers } from './events.ts'
import { actorType, createExpiration, type Expiration } from './expiration.ts'
import { orderUntil } from './testing.ts'

// The sidecar's side of this is in test/e2e/expiry.test.ts; here is what the service asks of it and answers.

let published: FairpassEvent[]
let registered: string[]
let isBrokerUp: boolean
let isSchedulerUp: boolean
let expiration: Expiration

const dapr = {
  registerReminder: async (type: string, id: string, name: string, dueAt: Date, period: string) => {
    if (!isSchedulerUp) throw new Error('the scheduler is down')
    registered.push(`${type}/${id} ${name} ${dueAt.toISOString()} ${period}`)
  },
  publish: async (told: FairpassEvent) => {
    if (!isBrokerUp) throw new Error('the broker is down')
    published.push(told)
  },
}

const remind = (id: string) =>
  actors({ [actorType]: expiration.actor }, createLog('expiration', 'fatal')).request(
    `/actors/${actorType}/${id}/method/remind/due`,
    { method: 'PUT' },
  )

beforeEach(() => {
  published = []
  registered = []
  isBrokerUp = true
  isSchedulerUp = true
  expiration = createExpiration(dapr)
})

const apply = (order: OrderData) =>
  applyEvent(createHandlers(expiration), 'order.created', event('order.created', order))

test('orders that run out within one second share one reminder, which comes as that second begins', async () => {
  await apply(orderUntil('2070-01-01T00:15:00.250Z'))
  await apply(orderUntil('2070-01-01T00:15:00.999Z'))
  await apply(orderUntil('2070-01-01T00:15:01.000Z'))
  const second = Date.parse('2070-01-01T00:15:00Z') / 1000
  expect(registered).toEqual([
    `${actorType}/${second} due 2070-01-01T00:15:00.000Z 2s`,
    `${actorType}/${second + 1} due 2070-01-01T00:15:01.000Z 2s`,
  ])
})

// Guarantee: no event is given up over a scheduler that is away for longer than an event is tried.
test('a reminder that could not be registered is registered once the scheduler answers again', async () => {
  const order = orderUntil('2070-01-01T00:15:00.250Z')
  isSchedulerUp = false
  await apply(order)
  await expect(expiration.catchUp()).rejects.toThrow('the scheduler is down')
  isSchedulerUp = true
  await expiration.catchUp()
  await expiration.catchUp()
  await apply(order)
  expect(registered).toHaveLength(1)
})

// Guarantee: an order that arrives when its second has begun, whose reminder may have fired already, still gets its
// event.
test('a second that has begun is registered for each order that comes', async () => {
  const late = new Date().toISOString()
  await apply(orderUntil(late))
  await apply(orderUntil(late))
  expect(registered).toHaveLength(2)
})

// Guarantee: a reminder ends only once its event is out; Dapr ends a reminder for exactly 200 with this header.
test('the reminder is cancelled only once its second was published', async () => {
  const second = Date.parse('2070-01-01T00:15:00Z') / 1000
  isBrokerUp = false
  const failed = await remind(`${second}`)
  expect([failed.status, failed.headers.get('X-DaprReminderCancel')]).toEqual([500, null])
  isBrokerUp = true
  const done = await remind(`${second}`)
  expect([done.status, done.headers.get('X-DaprReminderCancel')]).toEqual([200, 'true'])
  expect(published).toMatchObject([{ type: 'expiration.due', data: { until: '2070-01-01T00:15:01.000Z' } }])
})

// Guarantee: a broker that is away for long makes no queue of events, however many seconds have passed meanwhile.
test('reminders that come while an event is on its way share the next one', async () => {
  const first = Date.parse('2070-01-01T00:15:00Z') / 1000
  const sent = Promise.withResolvers<void>()
  const isUnderWay = Promise.withResolvers<void>()
  const publish = async (told: FairpassEvent) => {
    published.push(told)
    isUnderWay.resolve()
    await sent.promise
  }
  expiration = createExpiration({ ...dapr, publish })
  const early = remind(`${first}`)
  await isUnderWay.promise
  const others = Array.from({ length: 300 }, (_, nth) => remind(`${first + 1 + nth}`))
  sent.resolve()
  const answers = await Promise.all([early, ...others])
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(published).toMatchObject([
    { data: { until: '2070-01-01T00:15:01.000Z' } },
    { data: { until: '2070-01-01T00:20:01.000Z' } },
  ])
})
