import { expect, test } from 'bun:test'
import { readConfig } from '@fairpass/sdk/config'
import { createDapr } from '@fairpass/sdk/dapr'
import { NotFoundError } from '@fairpass/sdk/errors'
import { applyEvent, event } from '@fairpass/sdk/events'
import { openSuspensions } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { createServiceContext } from '@fairpass/sdk/service'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import { createApp } from './app.ts'
import { createHandlers } from './events.ts'
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

const listing = {
  title: 'Opera',
  venue: 'State Opera',
  city: 'Vienna',
  startsAt: '2035-06-01T19:30:00Z',
  priceCents: 8_900,
  currency: 'eur',
}

/** A replica whose deny list is old: it takes every token, and its bearer for its owner. */
const startWorld = async () => {
  const db = await testDatabase()
  const log = createLog('tickets', 'silent')
  const tickets = openTickets(db, async () => new Map())
  const config = { PUBLIC_ORIGIN: 'http://localhost:3000', ACCESS_TOKEN_SECONDS: 900 }
  const verify = async (id: string) => ({ id, role: 'user' as const, sessionId: newId(), issuedAt: new Date() })
  const own = { verify, isDenied: async () => false }
  const context = createServiceContext({ name: 'tickets', config, db, dapr: createDapr({ httpPort: 1 }), log, own })
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
    ...{ service, context, tickets, suspensions, orders, change, files, priceCapPercent: undefined },
    sitemapPages: openSitemapPages(db),
    resales: createResales({ db, tickets, files, suspensions, priceCapPercent: undefined }),
    links: createFileLinks({ secret: 'a secret of the tests', isStillSignedIn: async () => true }),
    savedSearches: openSavedSearches(db, async () => new Map()),
    limits: readConfig(limitVariables, {}),
  })
  await Promise.all([tickets.ensureIndexes(), context.prepare()])
  const handlers = createHandlers({ tickets, suspensions })
  return {
    tickets,
    tell: (type: 'user.banned' | 'user.unbanned' | 'user.erased', id: string, version: number) =>
      applyEvent(handlers, type, event(type, { id, version, at: new Date().toISOString() })),
    list: (who: string, headers: Record<string, string> = {}) =>
      app.request('/api/tickets', {
        method: 'POST',
        headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(listing),
      }),
  }
}

test.each(['user.banned', 'user.erased'] as const)(
  'after %s nothing is listed by a replica that has not heard of it',
  async (type) => {
    const { tickets, tell, list } = await startWorld()
    const [seller, other] = [newId(), newId()]
    await tell(type, seller, 2)
    for (const headers of [{}, { 'idempotency-key': newId() }]) {
      const refused = await list(seller, headers)
      expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'account_banned' }])
    }
    expect((await list(other)).status).toBe(201)
    const { tickets: left } = await tickets.ofSeller(seller, 10)
    expect(left.map(({ status }) => status)).toEqual(left.map(() => 'withdrawn' as const))
    const { tickets: onSale } = await tickets.ofSeller(other, 10)
    expect(onSale.map(({ status }) => status)).toEqual(['available'])
  },
)

test('once the ban is lifted, listing works again', async () => {
  const { tell, list } = await startWorld()
  const seller = newId()
  await tell('user.banned', seller, 2)
  expect((await list(seller)).status).toBe(403)
  await tell('user.unbanned', seller, 3)
  expect((await list(seller)).status).toBe(201)
})

test('a listing that is stored while the ban sweeps is ended by one of the two', async () => {
  const { tickets, tell, list } = await startWorld()
  for (let nth = 0; nth < 20; nth++) {
    const seller = newId()
    await Promise.all([list(seller), tell('user.banned', seller, 2), list(seller)])
    const { tickets: left } = await tickets.ofSeller(seller, 10)
    expect(left.filter(({ status }) => status !== 'withdrawn')).toEqual([])
  }
})
