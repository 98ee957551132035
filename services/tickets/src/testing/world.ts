import { readConfig } from '@fairpass/sdk/config'
import { createDapr, type Dapr } from '@fairpass/sdk/dapr'
import { NotFoundError } from '@fairpass/sdk/errors'
import { openSuspensions } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { createServiceContext } from '@fairpass/sdk/service'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import { createApp } from '../app.ts'
import { createFencedChange } from '../fenced-change.ts'
import { createFiles } from '../file/files.ts'
import { createFileLinks } from '../file/link.ts'
import { createReader } from '../file/reader/reader.ts'
import { createSeal } from '../file/seal.ts'
import { openFileStore } from '../file/store.ts'
import { limitVariables } from '../limits.ts'
import type { Orders } from '../peers/orders.ts'
import { createResales } from '../resale/resale.ts'
import { openSavedSearches } from '../saved-search/store.ts'
import { openSitemapPages } from '../sitemap/pages.ts'
import { openTickets } from '../store.ts'

type Options = {
  /** under which the state store keeps budgets */
  name?: string
  /** none answers by default */
  dapr?: Dapr
  limits?: Record<string, string>
}

/** The whole service on a real database; a bearer token is simply the id of who is calling, and no ban is known. */
export const startTickets = async ({
  name = 'tickets',
  dapr = createDapr({ httpPort: 1 }),
  limits = {},
}: Options = {}) => {
  const db = await testDatabase()
  const log = createLog('tickets', 'silent')
  const tickets = openTickets(db, async () => new Map())
  const config = { PUBLIC_ORIGIN: 'http://localhost:3000', ACCESS_TOKEN_SECONDS: 900 }
  const verify = async (id: string) => ({ id, role: 'user' as const, sessionId: newId(), issuedAt: new Date() })
  const own = { verify, isDenied: async () => false }
  const context = createServiceContext({ name, config, db, dapr, log, own })
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
    limits: readConfig(limitVariables, limits),
  })
  await Promise.all([tickets.ensureIndexes(), context.prepare()])
  return { app, tickets, suspensions }
}
