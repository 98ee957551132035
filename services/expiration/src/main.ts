import { commonConfig, readConfig } from '@fairpass/sdk/config'
import { safetyNetMs } from '@fairpass/sdk/run-periodically'
import { createServiceContext } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import { createApp } from './app.ts'
import { createHandlers } from './events.ts'
import { createExpiration } from './expiration.ts'

await runService(
  'expiration',
  () => readConfig(commonConfig, process.env),
  ({ config, db, dapr, log, service }) => {
    const expiration = createExpiration(dapr)
    const context = createServiceContext({
      name: 'expiration',
      config,
      db,
      dapr,
      log,
      handlers: createHandlers(expiration),
    })
    const { prepare, gaugeCollectors } = context
    const loops = [...context.loops, { everyMs: safetyNetMs, name: 'missed reminders', work: expiration.catchUp }]
    return { app: createApp({ service, context, expiration }), prepare, loops, gaugeCollectors }
  },
)
