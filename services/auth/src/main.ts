import { createServiceContext } from '@fairpass/sdk/service'
import { runService } from '@fairpass/sdk/service/run'
import { ensureFirstAdmin } from './account/first-admin.ts'
import { openAccounts } from './account/store.ts'
import { createApp } from './app.ts'
import { readAuthConfig } from './config.ts'
import { argon2id } from './password/argon2id.ts'
import { createPasswords } from './password/passwords.ts'
import { digestSecretOf } from './session/keys.ts'
import { openSessions } from './session/store.ts'
import { ownIdentity, tokensFrom } from './session/tokens.ts'

await runService(
  'auth',
  () => readAuthConfig(process.env),
  ({ config, db, dapr, log, service }) => {
    const passwords = createPasswords(argon2id)
    const accounts = openAccounts(db, { publish: dapr.publish, passwords })
    const sessions = openSessions(db, {
      lifetimeSeconds: config.REFRESH_TOKEN_SECONDS,
      longestSeconds: config.SESSION_SECONDS,
      tokenSeconds: config.ACCESS_TOKEN_SECONDS,
      publish: dapr.publish,
      log,
    })
    const tokens = tokensFrom(config)
    const own = ownIdentity({ tokens, accounts, sessions })
    const context = createServiceContext({
      name: 'auth',
      config,
      db,
      dapr,
      log,
      own,
      secret: digestSecretOf(config.JWT_KEY),
    })
    return {
      app: createApp({ service, config, accounts, sessions, tokens, context }),
      prepare: async () => {
        await Promise.all([accounts.ensureIndexes(), sessions.ensureIndexes(), context.prepare(), passwords.prepare()])
        await ensureFirstAdmin(accounts, config)
      },
      gaugeCollectors: [...context.gaugeCollectors, accounts.relay.gaugeCollector],
      loops: [
        ...context.loops,
        { everyMs: 1_000, name: 'outbox', work: accounts.relay.sweep },
        { everyMs: 1_000, name: 'outbox of sessions', work: sessions.relay.sweep },
      ],
    }
  },
)
