import { commonConfig, readConfig } from '@fairpass/sdk/config'
import { openSuspensions } from '@fairpass/sdk/identity'
import { safetyNetMs } from '@fairpass/sdk/run-periodically'
import { createServiceContext } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import { createApp } from './app.ts'
import { createHandlers } from './events.ts'
import { createOrders } from './peers/orders.ts'
import { createReconciler } from './reconcile.ts'
import { lookForNews } from './saved-search/digest.ts'
import { openSavedSearches } from './saved-search/store.ts'
import { openTickets } from './store.ts'

await runService(
  'tickets',
  () => readConfig(commonConfig, process.env),
  ({ config, db, dapr, log, service }) => {
    const tickets = openTickets(db, dapr.publishAll)
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
      app: createApp({ service, context, tickets, suspensions, orders, savedSearches }),
      prepare: () => Promise.all([savedSearches.ensureIndexes(), tickets.ensureIndexes(), context.prepare()]),
      gaugeCollectors: [...context.gaugeCollectors, tickets.relay.gaugeCollector, savedSearches.relay.gaugeCollector],
      loops: [
        ...context.loops,
        { everyMs: safetyNetMs, name: 'outbox', work: tickets.relay.sweep },
        { everyMs: safetyNetMs, name: 'outbox of saved searches', work: savedSearches.relay.sweep },
        { everyMs: safetyNetMs, name: 'saved searches', work: () => lookForNews({ savedSearches, tickets }) },
        { everyMs: safetyNetMs, name: 'reconciler', work: () => reconcile() },
      ],
    }
  },
)
