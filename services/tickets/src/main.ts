import { commonConfig, openInbox, readConfig, wireService } from '@fairpass/sdk'
import { runService } from '@fairpass/sdk/bun'
import { createApp } from './app.ts'
import { createHandlers } from './events.ts'
import { healOverdue } from './heal.ts'
import { createOrders } from './orders.ts'
import { openTickets } from './store.ts'

await runService(
  'tickets',
  () => readConfig(commonConfig, process.env),
  ({ config, db, dapr, log, service }) => {
    const tickets = openTickets(db, dapr.publish)
    const inbox = openInbox(db)
    const orders = createOrders(dapr)
    const wiring = wireService({ name: 'tickets', config, db, dapr, log, handlers: createHandlers({ tickets, inbox }) })
    return {
      app: createApp({ service, wiring, tickets, orders }),
      prepare: () => Promise.all([tickets.ensureIndexes(), inbox.ensureIndexes(), wiring.prepare()]),
      readings: [...wiring.readings, tickets.relay.reading],
      loops: [
        ...wiring.loops,
        { everyMs: 1_000, name: 'outbox', work: tickets.relay.sweep },
        { everyMs: 2_000, name: 'overdue reservations', work: () => healOverdue({ tickets, inbox, orders }) },
      ],
    }
  },
)
