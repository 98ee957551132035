import { commonConfig, readConfig, wholeNumber } from '@fairpass/sdk/config'
import { openSuspensions } from '@fairpass/sdk/identity'
import { safetyNetMs } from '@fairpass/sdk/run-periodically'
import { createServiceContext } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import * as v from 'valibot'
import { createApp } from './app.ts'
import { openCatalogue } from './catalogue.ts'
import { createHandlers } from './events.ts'
import { expireOverdue } from './expire-due.ts'
import { openOrdersReading } from './gauges.ts'
import { openHandovers } from './handover/store.ts'
import { createHolds } from './hold/hold.ts'
import { createPurchase } from './hold/purchase.ts'
import { limitVariables } from './limits.ts'
import { openOrders } from './store.ts'
import { notifyAway } from './waitlist/notify.ts'
import { openWaitlist } from './waitlist/store.ts'

const config = { ...commonConfig, ...limitVariables, HOLD_SECONDS: v.optional(wholeNumber(1, 86_400), '900') }

await runService(
  'orders',
  () => readConfig(config, process.env),
  ({ config, db, dapr, log, service }) => {
    const holds = createHolds(dapr)
    const waitlist = openWaitlist(db)
    const orders = openOrders(db, { holds, waitlist, publishAll: dapr.publishAll })
    const handovers = openHandovers(orders)
    const catalogue = openCatalogue(db, dapr)
    const suspensions = openSuspensions(db)
    const purchase = createPurchase({ holds, orders, catalogue, holdSeconds: config.HOLD_SECONDS })
    const context = createServiceContext({
      name: 'orders',
      config,
      db,
      dapr,
      log,
      handlers: createHandlers({ orders, catalogue, waitlist, suspensions }),
    })
    return {
      app: createApp({ service, context, orders, purchase, waitlist, limits: config }),
      prepare: () => Promise.all([orders.ensureIndexes(), waitlist.ensureIndexes(), context.prepare()]),
      gaugeCollectors: [...context.gaugeCollectors, orders.relay.gaugeCollector, openOrdersReading(orders)],
      loops: [
        ...context.loops,
        orders.relay.loopOf('outbox'),
        // Orders that are opened after a search have at least the time of a hold.
        {
          everyMs: Math.min(safetyNetMs, config.HOLD_SECONDS * 1_000),
          name: 'overdue orders',
          work: () => expireOverdue(orders),
        },
        { everyMs: safetyNetMs, name: 'late hand-overs', work: () => handovers.sweep() },
        { everyMs: 30_000, name: 'hand-overs to remind of', work: () => handovers.remindSellers() },
        {
          everyMs: safetyNetMs,
          name: 'waitlist',
          work: () => notifyAway({ waitlist, orders, catalogue, publish: dapr.publish }),
        },
      ],
    }
  },
)
