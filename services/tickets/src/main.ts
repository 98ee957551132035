import { openSuspensions } from '@fairpass/sdk/identity'
import { openMigrations } from '@fairpass/sdk/mongo'
import { safetyNetMs } from '@fairpass/sdk/run-periodically'
import { createServiceContext } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import type { Log } from '@fairpass/sdk/telemetry'
import { createApp } from './app.ts'
import { readTicketsConfig, type TicketsConfig } from './config.ts'
import { createHandlers } from './events.ts'
import { createFencedChange } from './fenced-change.ts'
import { createFiles, type Files } from './file/files.ts'
import { createFileLinks } from './file/link.ts'
import { createReader } from './file/reader/reader.ts'
import { openS3 } from './file/s3.ts'
import { createSeal } from './file/seal.ts'
import { openFileStore } from './file/store.ts'
import { migrationsOf } from './migrations.ts'
import { createOrders } from './peers/orders.ts'
import { createReconciler, unlistBegun } from './reconcile.ts'
import { createResales } from './resale/resale.ts'
import { lookForNews } from './saved-search/digest.ts'
import { openSavedSearches, type SavedSearches } from './saved-search/store.ts'
import { openSitemapPages, type SitemapPages } from './sitemap/pages.ts'
import { openTickets, type Tickets } from './store.ts'

const objectsOf = ({ S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY }: TicketsConfig) =>
  S3_ENDPOINT && S3_ACCESS_KEY_ID && S3_SECRET_ACCESS_KEY
    ? openS3({
        endpoint: S3_ENDPOINT,
        bucket: S3_BUCKET,
        accessKeyId: S3_ACCESS_KEY_ID,
        secretAccessKey: S3_SECRET_ACCESS_KEY,
      })
    : undefined

type Work = {
  tickets: Tickets
  savedSearches: SavedSearches
  files: Files
  sitemapPages: SitemapPages
  reconcile: () => Promise<void>
  migrations: ReturnType<typeof openMigrations>
}

const loopsOf = ({ tickets, savedSearches, files, sitemapPages, reconcile, migrations }: Work) => [
  migrations.loop,
  tickets.relay.loopOf('outbox'),
  savedSearches.relay.loopOf('outbox of saved searches'),
  { everyMs: safetyNetMs, name: 'saved searches', work: () => lookForNews({ savedSearches, tickets }) },
  { everyMs: safetyNetMs, name: 'reconciler', work: () => reconcile() },
  { everyMs: 30_000, name: 'files to erase', work: () => files.eraseDue() },
  { everyMs: 30_000, name: 'file keys', work: files.rotate },
  { everyMs: 30_000, name: 'shows that have begun', work: () => unlistBegun(tickets, new Date()) },
  { everyMs: 30_000, name: 'sitemap', work: () => sitemapPages.extend(new Date()) },
]

type FileDeps = Pick<Parameters<typeof createFiles>[0], 'db' | 'tickets' | 'store' | 'change' | 'suspensions'>

const filesOf = (deps: FileDeps, config: TicketsConfig, log: Log) =>
  createFiles({
    ...deps,
    seal: createSeal({ current: config.FILE_KEY, previous: config.FILE_KEY_PREVIOUS }),
    reader: createReader(),
    keptDays: config.FILE_DAYS,
    onRotated: () => {
      if (config.FILE_KEY_PREVIOUS)
        log.info('every file is under FILE_KEY now; FILE_KEY_PREVIOUS is not needed any more')
    },
  })

await runService(
  'tickets',
  () => readTicketsConfig(process.env),
  ({ config, db, dapr, log, service }) => {
    const tickets = openTickets(db, dapr.publishAll)
    const sitemapPages = openSitemapPages(db)
    const suspensions = openSuspensions(db)
    const orders = createOrders(dapr)
    const reconcile = createReconciler({ db, tickets, orders })
    const change = createFencedChange({ tickets, orders })
    const store = openFileStore(db, objectsOf(config))
    const files = filesOf({ db, tickets, store, change, suspensions }, config, log)
    const migrations = openMigrations(db, { migrations: migrationsOf(db), log })
    const priceCapPercent = config.PRICE_CAP_PERCENT
    const resales = createResales({ db, tickets, files, suspensions, priceCapPercent })
    const savedSearches = openSavedSearches(db, dapr.publishAll)
    const context = createServiceContext({
      name: 'tickets',
      config,
      db,
      dapr,
      log,
      handlers: createHandlers({ tickets, suspensions, savedSearches, resales }),
    })
    const links = createFileLinks({ secret: config.FILE_KEY, isStillSignedIn: context.isStillSignedIn })
    return {
      app: createApp({
        ...{ service, context, tickets, sitemapPages, suspensions, orders, savedSearches, change, files },
        ...{ resales, priceCapPercent, links },
        limits: config,
      }),
      prepare: async () => {
        await Promise.all([
          savedSearches.ensureIndexes(),
          tickets.ensureIndexes(),
          store.ensureIndexes().then(files.assertKeysKnown),
          context.prepare(),
        ])
        await migrations.passBefore()
      },
      gaugeCollectors: [...context.gaugeCollectors, tickets.relay.gaugeCollector, savedSearches.relay.gaugeCollector],
      loops: [...context.loops, ...loopsOf({ tickets, savedSearches, files, sitemapPages, reconcile, migrations })],
    }
  },
)
