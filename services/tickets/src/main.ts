import { commonConfig, readConfig } from '@fairpass/sdk/config'
import { openSuspensions } from '@fairpass/sdk/identity'
import { safetyNetMs } from '@fairpass/sdk/run-periodically'
import { createServiceContext } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import { createApp } from './app.ts'
import { createHandlers } from './events.ts'
import { limitVariables } from './limits.ts'
import { bringForward } from './migrate.ts'
import { createOrders } from './peers/orders.ts'
import { createReconciler, unlistBegun } from './reconcile.ts'
import { lookForNews } from './saved-search/digest.ts'
import { openSavedSearches } from './saved-search/store.ts'
import { openSitemapPages } from './sitemap-pages.ts'
import { openTickets } from './store.ts'

await runService(
  'tickets',
  () => readConfig({ ...commonConfig, ...limitVariables }, process.env),
  ({ config, db, dapr, log, service }) => {
    const tickets = openTickets(db, dapr.publishAll)
    const sitemapPages = openSitemapPages(db)
    const suspensions = openSuspensions(db)
    const orders = createOrders(dapr)
    const reconcile = createReconciler({ db, tickets, orders })
    const savedSearches = openSavedSearches(db, dapr.publishAll)
    const context = createServiceContext({
      name: 'tickets',
      config,
      db,
      dapr,
      log,
      handlers: createHandlers({ tickets, suspensions, savedSearches }),
    })
    return {
      app: createApp({
        ...{ service, context, tickets, sitemapPages, suspensions, orders, savedSearches },
        limits: config,
      }),
      prepare: async () => {
        await Promise.all([savedSearches.ensureIndexes(), tickets.ensureIndexes(), context.prepare()])
        await bringForward(db)
      },
      gaugeCollectors: [...context.gaugeCollectors, tickets.relay.gaugeCollector, savedSearches.relay.gaugeCollector],
      loops: [
        ...context.loops,
        { everyMs: safetyNetMs, name: 'outbox', work: tickets.relay.sweep },
        { everyMs: safetyNetMs, name: 'outbox of saved searches', work: savedSearches.relay.sweep },
        { everyMs: safetyNetMs, name: 'saved searches', work: () => lookForNews({ savedSearches, tickets }) },
        { everyMs: safetyNetMs, name: 'reconciler', work: () => reconcile() },
        { everyMs: 30_000, name: 'shows that have begun', work: () => unlistBegun(tickets, new Date()) },
        { everyMs: 30_000, name: 'sitemap', work: () => sitemapPages.extend(new Date()) },
      ],
    }
  },
)
