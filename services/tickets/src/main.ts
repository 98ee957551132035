import { commonConfig, readConfig } from '@fairpass/sdk/config'
import { openSuspensions } from '@fairpass/sdk/identity'
import { openInbox } from '@fairpass/sdk/mongo'
import { createServiceContext } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import { createApp } from './app.ts'
import { createHandlers } from './events.ts'
import { limitVariables } from './limits.ts'
import { bringForward } from './migrate.ts'
import { createOrders } from './peers/orders.ts'
import { healOverdue, unlistBegun } from './reconcile.ts'
import { openSitemapPages } from './sitemap-pages.ts'
import { openTickets } from './store.ts'

await runService(
  'tickets',
  () => readConfig({ ...commonConfig, ...limitVariables }, process.env),
  ({ config, db, dapr, log, service }) => {
    const tickets = openTickets(db, dapr.publish)
    const inbox = openInbox(db)
    const sitemapPages = openSitemapPages(db)
    const suspensions = openSuspensions(db)
    const orders = createOrders(dapr)
    const context = createServiceContext({
      name: 'tickets',
      config,
      db,
      dapr,
      log,
      handlers: createHandlers({ tickets, inbox, suspensions }),
    })
    return {
      app: createApp({ service, context, tickets, sitemapPages, suspensions, orders, limits: config }),
      prepare: async () => {
        await Promise.all([tickets.ensureIndexes(), inbox.ensureIndexes(), context.prepare()])
        await bringForward(db)
      },
      gaugeCollectors: [...context.gaugeCollectors, tickets.relay.gaugeCollector],
      loops: [
        ...context.loops,
        { everyMs: 1_000, name: 'outbox', work: tickets.relay.sweep },
        { everyMs: 2_000, name: 'overdue reservations', work: () => healOverdue({ tickets, inbox, orders }) },
        { everyMs: 30_000, name: 'shows that have begun', work: () => unlistBegun(tickets, new Date()) },
        { everyMs: 30_000, name: 'sitemap', work: () => sitemapPages.extend(new Date()) },
      ],
    }
  },
)
