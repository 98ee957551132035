import { beforeAll, expect, test } from 'bun:test'
import { readConfig } from '@fairpass/sdk/config'
import type { Dapr } from '@fairpass/sdk/dapr'
import { newId } from '@fairpass/sdk/mongo'
import { createServiceContext } from '@fairpass/sdk/service'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase, testSidecar } from '@fairpass/servers/testing'
import { createApp } from './app.ts'
import { openCatalogue } from './catalogue.ts'
import { createHolds } from './hold/hold.ts'
import { createPurchase } from './hold/purchase.ts'
import { limitVariables } from './limits.ts'
import { openOrders } from './store.ts'
import { aTicket } from './testing/ticket.ts'
import { openWaitlist } from './waitlist/store.ts'

let dapr: Dapr
beforeAll(async () => {
  dapr = await testSidecar('orders')
})

const log = createLog('orders', 'fatal')

/** The whole service; a bearer token is simply the id of who is calling. */
const startWorld = async (env: Record<string, string> = {}) => {
  const db = await testDatabase()
  const holds = createHolds(dapr)
  const orders = openOrders(db, { holds, waitlist: openWaitlist(db), publishAll: async () => new Map() })
  const catalogue = openCatalogue(db, dapr)
  const purchase = createPurchase({ holds, orders, catalogue, holdSeconds: 900 })
  const config = { PUBLIC_ORIGIN: 'http://localhost:3000', ACCESS_TOKEN_SECONDS: 900 }
  const verify = async (id: string) => ({ id, role: 'user' as const, sessionId: newId(), issuedAt: new Date() })
  const own = { verify, isDenied: async () => false }
  const context = createServiceContext({ name: 'orders', config, db, dapr, log, own })
  const service = { log, publicOrigin: config.PUBLIC_ORIGIN, isPrepared: () => true, isReady: async () => true }
  const app = createApp({
    service,
    context,
    orders,
    purchase,
    waitlist: openWaitlist(db),
    limits: readConfig(limitVariables, env),
  })
  await Promise.all([orders.ensureIndexes(), context.prepare()])
  const ticket = aTicket()
  await catalogue.apply([ticket])

  return {
    /** Presses BUY. */
    buy: (buyerId: string, from: string) =>
      app.request('/api/orders', {
        method: 'POST',
        body: JSON.stringify({ ticketId: ticket.id }),
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${buyerId}`,
          'dapr-caller-app-id': 'web',
          'x-forwarded-for': from,
        },
      }),
  }
}

test('a buyer who presses BUY again and again is asked to wait, and nobody else is', async () => {
  const world = await startWorld({ LIMIT_ORDER_ACCOUNT: '20/600' })
  const [buyer, other] = [newId(), newId()]
  const answers = []
  for (let turn = 0; turn < 25; turn++) answers.push(await world.buy(buyer, '203.0.113.1'))
  expect(answers.map(({ status }) => status)).toEqual([201, ...Array(19).fill(200), ...Array(5).fill(429)])
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeWithin(1, 31)
  expect((await world.buy(other, '203.0.113.1')).status).toBe(409)
})

test('an address is limited whoever presses', async () => {
  const world = await startWorld({ LIMIT_ORDER_ADDRESS: '5/600' })
  const from = `2001:db8:${newId().slice(-4)}::1`
  const statuses = []
  for (let turn = 0; turn < 7; turn++) statuses.push((await world.buy(newId(), from)).status)
  expect(statuses).toEqual([201, 409, 409, 409, 409, 429, 429])
  expect((await world.buy(newId(), '203.0.113.2')).status).toBe(409)
})

// Guarantee: a rush on one ticket from one address, such as a company's, is no flood.
test('with the usual limits five hundred buyers press at once from one address: one winner, no 429', async () => {
  const world = await startWorld()
  const answers = await Promise.all(Array.from({ length: 500 }, () => world.buy(newId(), '203.0.113.3')))
  const counts = (status: number) => answers.filter((answer) => answer.status === status).length
  expect([counts(201), counts(409)]).toEqual([1, 499])
})
