import { beforeAll, expect, test } from 'bun:test'
import { readConfig } from '@fairpass/sdk/config'
import type { Dapr } from '@fairpass/sdk/dapr'
import { NotFoundError } from '@fairpass/sdk/errors'
import { openSuspensions } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { createServiceContext } from '@fairpass/sdk/service'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase, testSidecar } from '@fairpass/servers/testing'
import { createApp } from './app.ts'
import { createFencedChange } from './fenced-change.ts'
import { createFiles } from './file/files.ts'
import { createFileLinks } from './file/link.ts'
import { createReader } from './file/reader/reader.ts'
import { createSeal } from './file/seal.ts'
import { openFileStore } from './file/store.ts'
import { limitVariables } from './limits.ts'
import type { Orders } from './peers/orders.ts'
import { createResales } from './resale/resale.ts'
import { openSavedSearches } from './saved-search/store.ts'
import { openSitemapPages } from './sitemap/pages.ts'
import { openTickets } from './store.ts'

let dapr: Dapr
beforeAll(async () => {
  dapr = await testSidecar('tickets-limits')
})

const log = createLog('tickets', 'fatal')

const startWorld = async (env: Record<string, string>) => {
  const db = await testDatabase()
  const tickets = openTickets(db, async () => new Map())
  const config = { PUBLIC_ORIGIN: 'http://localhost:3000', ACCESS_TOKEN_SECONDS: 900 }
  const own = { verify: async () => undefined, isDenied: async () => false }
  // Budgets are kept under the name, and every run begins with whole ones.
  const context = createServiceContext({ name: `tickets ${newId()}`, config, db, dapr, log, own })
  const service = { log, publicOrigin: config.PUBLIC_ORIGIN, isPrepared: () => true, isReady: async () => true }
  const suspensions = openSuspensions(db)
  const orders: Orders = {
    changedSince: async () => ({ orders: [], next: undefined }),
    find: () => Promise.reject(new NotFoundError()),
    fence: async () => 'free',
  }
  const change = createFencedChange({ tickets, orders })
  const store = openFileStore(db, undefined)
  const seal = createSeal({ current: 'a secret of the tests' })
  const files = createFiles({ db, tickets, store, seal, reader: createReader(), change, suspensions, keptDays: 30 })
  const app = createApp({
    service,
    context,
    tickets,
    sitemapPages: openSitemapPages(db),
    suspensions,
    orders,
    change,
    files,
    priceCapPercent: undefined,
    resales: createResales({ db, tickets, files, suspensions, priceCapPercent: undefined }),
    links: createFileLinks({ secret: 'a secret of the tests', isStillSignedIn: async () => true }),
    savedSearches: openSavedSearches(db, async () => new Map()),
    limits: readConfig(limitVariables, env),
  })
  await tickets.ensureIndexes()
  return (address: string, path = '/api/tickets?q=opera') =>
    app.request(path, { headers: { 'dapr-caller-app-id': 'web', 'x-forwarded-for': address } })
}

test('searching without end ends in 429 for that address alone', async () => {
  const ask = await startWorld({ LIMIT_SEARCH_ADDRESS: '5/600' })
  const statuses: number[] = []
  for (let nth = 0; nth < 8; nth++) statuses.push((await ask('192.0.2.1')).status)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
  const refused = await ask('192.0.2.1')
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
  expect((await ask('192.0.2.2')).status).toBe(200)
  // A listing that one has the address of is no search.
  expect((await ask('192.0.2.1', `/api/tickets/${newId()}`)).status).toBe(404)
})

test('there is no limit where none is wanted', async () => {
  const ask = await startWorld({ LIMIT_SEARCH_ADDRESS: 'off' })
  for (let nth = 0; nth < 8; nth++) expect((await ask('192.0.2.1')).status).toBe(200)
})
