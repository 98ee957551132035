import { wireService } from '@fairpass/sdk'
import { runService } from '@fairpass/sdk/bun'
import { createApp } from './app.ts'
import { argon2id } from './argon2id.ts'
import { readAuthConfig } from './config.ts'
import { ensureFirstAdmin } from './first-admin.ts'
import { digestSecretOf } from './keys.ts'
import { createPasswords } from './passwords.ts'
import { openSessions } from './sessions.ts'
import { openAccounts } from './store.ts'
import { ownIdentity, tokensFrom } from './tokens.ts'

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
    const wiring = wireService({ name: 'auth', config, db, dapr, log, own, secret: digestSecretOf(config.JWT_KEY) })
    return {
      app: createApp({ service, config, accounts, sessions, tokens, wiring }),
      prepare: async () => {
        await Promise.all([accounts.ensureIndexes(), sessions.ensureIndexes(), wiring.prepare(), passwords.prepare()])
        await ensureFirstAdmin(accounts, config)
      },
      readings: [...wiring.readings, accounts.relay.reading],
      loops: [
        ...wiring.loops,
        { everyMs: 1_000, name: 'outbox', work: accounts.relay.sweep },
        { everyMs: 1_000, name: 'outbox of sessions', work: sessions.relay.sweep },
      ],
    }
  },
)
