import { commonConfig, readConfig } from '@fairpass/sdk/config'
import { wireService } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import { createApp } from './app.ts'
import { createHandlers } from './events.ts'
import { createExpiration } from './expiration.ts'

await runService(
  'expiration',
  () => readConfig(commonConfig, process.env),
  ({ config, db, dapr, log, service }) => {
    const expiration = createExpiration(dapr)
    const wiring = wireService({ name: 'expiration', config, db, dapr, log, handlers: createHandlers(expiration) })
    const { prepare, loops, readings } = wiring
    return { app: createApp({ service, wiring, expiration }), prepare, loops, readings }
  },
)
