import { commonConfig, readConfig, wholeNumber } from '@fairpass/sdk/config'
import { wireService } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import * as v from 'valibot'
import { createApp } from './app.ts'
import { openCatalogue } from './catalogue.ts'
import { createHandlers } from './events.ts'
import { sweepDue } from './expire-due.ts'
import { openOrdersReading } from './gauges.ts'
import { createHolds } from './hold/hold.ts'
import { createPurchase } from './hold/purchase.ts'
import { limitVariables } from './limits.ts'
import { openOrders } from './store.ts'
import { openLine } from './waitlist/store.ts'

const config = { ...commonConfig, ...limitVariables, HOLD_SECONDS: v.optional(wholeNumber(1, 86_400), '900') }

await runService(
  'orders',
  () => readConfig(config, process.env),
  ({ config, db, dapr, log, service }) => {
    const holds = createHolds(dapr)
    const orders = openOrders(db, { holds, publish: dapr.publish })
    const catalogue = openCatalogue(db, dapr)
    const line = openLine(db)
    const purchase = createPurchase({ holds, orders, catalogue, holdSeconds: config.HOLD_SECONDS })
    const wiring = wireService({
      name: 'orders',
      config,
      db,
      dapr,
      log,
      handlers: createHandlers({ orders, catalogue, line }),
    })
    return {
      app: createApp({ service, wiring, orders, purchase, line, limits: config }),
      prepare: () => Promise.all([orders.ensureIndexes(), line.ensureIndexes(), wiring.prepare()]),
      readings: [...wiring.readings, orders.relay.reading, openOrdersReading(orders)],
      loops: [
        ...wiring.loops,
        { everyMs: 1_000, name: 'outbox', work: orders.relay.sweep },
        { everyMs: 500, name: 'due orders', work: () => sweepDue(orders) },
        { everyMs: 2_000, name: 'unfollowed orders', work: () => orders.retell() },
      ],
    }
  },
)
