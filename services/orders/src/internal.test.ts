import { beforeAll, expect, test } from 'bun:test'
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

beforeAll(async () => {
  const db = await testDatabase()
  // Nobody is beside this service: what gets through a door finds no such order, or nobody to ask.
  const dapr = createDapr({ httpPort: 1 })
  const log = createLog('orders', 'silent')
  const holds = createHolds(dapr)
  const orders = openOrders(db, { holds, waitlist: openWaitlist(db), publishAll: dapr.publishAll })
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
