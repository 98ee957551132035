import { beforeAll, describe, expect, test } from 'bun:test'
import { readConfig } from '@fairpass/sdk/config'
import { createDapr } from '@fairpass/sdk/dapr'
import { openSuspensions } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { createServiceContext } from '@fairpass/sdk/service'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import { createApp } from './app.ts'
import { openCatalogue } from './catalogue.ts'
import { createHandlers } from './events.ts'
import { createHolds } from './hold/hold.ts'
import { createPurchase } from './hold/purchase.ts'
import { limitVariables } from './limits.ts'
import { openOrders } from './store.ts'
import { openWaitlist } from './waitlist/store.ts'

// Whoever may settle an order decides about money, so that these doors are tried one by one.

let app: ReturnType<typeof createApp>
let orders: ReturnType<typeof openOrders>

beforeAll(async () => {
  const db = await testDatabase()
  // Nobody is beside this service: what gets through a door finds no such order, or nobody to ask.
  const dapr = createDapr({ httpPort: 1 })
  const log = createLog('orders', 'silent')
  const holds = createHolds(dapr)
  orders = openOrders(db, { holds, waitlist: openWaitlist(db), publishAll: dapr.publishAll })
  const catalogue = openCatalogue(db, dapr)
  const purchase = createPurchase({ holds, orders, catalogue, holdSeconds: 900 })
  const config = { PUBLIC_ORIGIN: 'http://localhost:3000', ACCESS_TOKEN_SECONDS: 900 }
  const waitlist = openWaitlist(db)
  const handlers = createHandlers({ orders, catalogue, waitlist, suspensions: openSuspensions(db) })
  const context = createServiceContext({ name: 'orders', config, db, dapr, log, handlers })
  const service = { log, publicOrigin: config.PUBLIC_ORIGIN, isPrepared: () => true, isReady: async () => true }
  app = createApp({ service, context, orders, purchase, waitlist, limits: readConfig(limitVariables, {}) })
})

const callers = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'web', 'web, payments', 'payments, web', '']

/** Whether somebody at that path reached the call; the body is one that they all refuse or take. */
const isReached = async (method: string, path: string, caller: string | undefined) => {
  const answer = await app.request(path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(caller === undefined ? {} : { 'dapr-caller-app-id': caller }),
    },
    ...(method === 'GET' ? {} : { body: '{}' }),
  })
  return !(answer.status === 404 && (await answer.text()).includes('There is nothing here'))
}

test.each([
  ['GET', '/internal/orders/ID', ['auth', 'tickets', 'payments']],
  ['POST', '/internal/orders/ID/settle', ['payments']],
  ['POST', '/internal/orders/ID/complete', ['payments']],
  ['POST', '/internal/orders/ID/fail', ['payments']],
  ['GET', '/internal/orders/batch', ['payments']],
  ['POST', '/internal/orders/batch/settle', ['payments']],
  ['POST', '/internal/orders/batch/complete', ['payments']],
  ['POST', '/internal/orders/batch/fail', ['payments']],
  ['POST', '/internal/tickets/ID/fence', ['tickets']],
])('%s %s is for %p alone', async (method, form, allowed) => {
  const path = form.replace('ID', newId())
  const reached = []
  for (const caller of callers) if (await isReached(method, path, caller)) reached.push(caller)
  expect(reached).toEqual(allowed)
  expect(await isReached(method, path, undefined)).toBe(false)
})

test('events come from the own sidecar, and from no other app', async () => {
  expect(await isReached('POST', '/events/payment.captured', undefined)).toBe(true)
  for (const path of ['/events/payment.captured', '/events/expiration.due', '/dead-letters'])
    for (const caller of callers) expect(await isReached('POST', path, caller)).toBe(false)
})

describe('what several payments say at once', () => {
  const checkOut = async (expiresInMs = 900_000) => {
    const [now, ticketId] = [new Date(), newId()]
    const ticket = {
      id: ticketId,
      title: 'Opera',
      venue: 'Hall',
      city: 'Graz',
      startsAt: new Date('2035-01-01T20:00:00Z'),
    }
    const { id } = await orders.create({
      ...{ id: newId(), status: 'created', ticketId, ticket, buyerId: newId(), sellerId: newId() },
      ...{ totalCents: 5_000, currency: 'eur', createdAt: now, updatedAt: now },
      expiresAt: new Date(now.getTime() + expiresInMs),
    })
    return id
  }
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await app.request(`/internal/orders/batch${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'dapr-caller-app-id': 'payments' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const byPayment = (orderId: string) => ({ orderId, paymentId: newId() })
  const statusOf = async (id: string) => (await orders.find(id))?.status

  // Guarantee: an order's word about one payment does not depend on what others are told in the same call.
  test('each order decides for itself: what one refuses or does not know is no word of another', async () => {
    const [open, late, taken] = [await checkOut(), await checkOut(-1_000), await checkOut()]
    const first = byPayment(taken)
    expect(await ask('POST', '/settle', { payments: [first] })).toMatchObject({ body: { verdicts: ['done'] } })
    const payments = [byPayment(open), byPayment(late), byPayment(taken), byPayment(newId())]
    expect(await ask('POST', '/settle', { payments })).toEqual({
      status: 200,
      body: { verdicts: ['done', 'refused', 'refused', 'unknown'] },
    })
    expect(await Promise.all([open, late, taken].map(statusOf))).toEqual(['settling', 'created', 'settling'])
    const ends = [payments[0], byPayment(taken)]
    expect(await ask('POST', '/complete', { payments: ends })).toMatchObject({
      body: { verdicts: ['done', 'refused'] },
    })
    expect(await ask('POST', '/fail', { payments: [first, ends[0]] })).toMatchObject({
      body: { verdicts: ['done', 'refused'] },
    })
    expect(await Promise.all([open, taken].map(statusOf))).toEqual(['completed', 'cancelled'])
  })

  test('two payments of one order are refused, and so are more than payments gathers', async () => {
    const id = await checkOut()
    const tooMany = Array.from({ length: 101 }, () => byPayment(newId()))
    for (const payments of [[byPayment(id), byPayment(id)], tooMany])
      expect(await ask('POST', '/settle', { payments })).toMatchObject({ status: 400 })
    expect(await statusOf(id)).toBe('created')
  })

  test('orders are read by their ids, and one that is not there is not among them', async () => {
    const ids = [await checkOut(), await checkOut()]
    const { body } = await ask('GET', `?ids=${[...ids, newId()].join(',')}`)
    expect(body.orders.map(({ id }: { id: string }) => id).toSorted()).toEqual(ids.toSorted())
    expect(await ask('GET', '?ids=')).toMatchObject({ status: 400 })
  })
})
