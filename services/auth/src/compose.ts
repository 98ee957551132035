import type { Dapr } from '@fairpass/sdk/dapr'
import { event } from '@fairpass/sdk/events'
import type { ServiceOptions } from '@fairpass/sdk/http'
import type { PublishAll } from '@fairpass/sdk/mongo'
import { safetyNetMs } from '@fairpass/sdk/run-periodically'
import { createServiceContext } from '@fairpass/sdk/service'
import type { Log } from '@fairpass/sdk/telemetry'
import type { Db } from 'mongodb'
import { ensureFirstAdmin } from './account/first-admin.ts'
import { openAccounts } from './account/store.ts'
import { createApp } from './app.ts'
import type { AuthConfig } from './config.ts'
import { openContacts } from './contact/store.ts'
import { openEmailTokens } from './email-token/store.ts'
import { createLimits } from './limits.ts'
import type { SmtpSender } from './mail/smtp.ts'
import { openMails } from './mail/store.ts'
import { createUnsubscribing } from './mail/unsubscribe.ts'
import { wireDelivery } from './mail/wire.ts'
import { createMailHandlers } from './notify/handlers.ts'
import { tellOfChange } from './notify/security.ts'
import { openPasskeys } from './passkey/store.ts'
import { createPasswords, type Hasher } from './password/passwords.ts'
import { createOrders } from './peers/orders.ts'
import type { Payments } from './peers/payments.ts'
import { createRecovery } from './recovery/recovery.ts'
import { openSecondFactors } from './second-factor/store.ts'
import { createSessionIssuer } from './session/issuer.ts'
import { digestSecretOf, emailTokenKeyOf, pendingKeyOf, unsubscribeKeyOf } from './session/keys.ts'
import { openKnownDevices } from './session/known-devices.ts'
import { createPendingSignIns } from './session/pending.ts'
import { openSessions } from './session/store.ts'
import { ownIdentity, tokensFrom } from './session/tokens.ts'

type Options = {
  config: AuthConfig
  db: Db
  dapr: Dapr
  log: Log
  service: ServiceOptions
  hasher: Hasher
  publishAll: PublishAll
  /** without one mails wait in the database */
  sender: Pick<SmtpSender, 'send'> | undefined
  payments: Payments
}

/** The whole service, on one database: what main serves, and tests ask. */
export const composeAuth = ({ config, db, dapr, log, service, hasher, publishAll, sender, payments }: Options) => {
  const { JWT_KEY, JWT_KEY_PREVIOUS, PUBLIC_ORIGIN: publicOrigin } = config
  const passwords = createPasswords(hasher)
  const accounts = openAccounts(db, { publishAll, passwords })
  const sessions = openSessions(db, {
    lifetimeSeconds: config.REFRESH_TOKEN_SECONDS,
    longestSeconds: config.SESSION_SECONDS,
    tokenSeconds: config.ACCESS_TOKEN_SECONDS,
    publishAll,
    log,
  })
  const tokens = tokensFrom(config)
  const mails = openMails(db)
  const contacts = openContacts(db)
  const emailTokens = openEmailTokens(db, emailTokenKeyOf(JWT_KEY))
  const unsubscribing = createUnsubscribing(
    unsubscribeKeyOf(JWT_KEY),
    JWT_KEY_PREVIOUS && unsubscribeKeyOf(JWT_KEY_PREVIOUS),
  )
  const secondFactors = openSecondFactors(db)
  const passkeys = openPasskeys(db, { publicOrigin, log })
  const pendingSignIns = createPendingSignIns(pendingKeyOf(JWT_KEY))
  const devices = openKnownDevices(db, mails)
  const recovery = createRecovery({ db, accounts, sessions, contacts, emailTokens, mails })
  const delivery =
    sender && wireDelivery({ mails, sender, log, publicOrigin, accounts, contacts, emailTokens, unsubscribing })

  const handlers = createMailHandlers({ mails, orders: createOrders(dapr) })
  const own = ownIdentity({ tokens, accounts, sessions })
  const context = createServiceContext({
    name: 'auth',
    config,
    db,
    dapr,
    log,
    own,
    handlers,
    secret: digestSecretOf(JWT_KEY),
  })
  const limits = createLimits(context.rateLimit, config)
  const sessionIssuer = createSessionIssuer({ config, accounts, sessions, tokens, devices, contacts })

  const app = createApp({
    service,
    ...{ config, accounts, sessions, tokens, payments, context, sessionIssuer, limits, recovery, mails },
    ...{ contacts, secondFactors, passkeys, pendingSignIns, unsubscribing },
    onUnsubscribed: async ({ searchId: id, userId }) => {
      if (!id) return
      const failures = await publishAll([event('search.unsubscribed', { id, version: 1, userId })])
      for (const failure of failures.values()) throw failure
    },
    passwordChanged: (userId, session) => tellOfChange(mails, userId, 'password', session),
    welcome: async (account, language, session) => {
      if (language) await contacts.set(account.id, { language }, session)
      await recovery.requestConfirmation(account, session)
    },
    farewell: async ({ id, email }, session) => {
      const { language } = await contacts.find(id, session)
      for (const store of [mails, contacts, emailTokens, devices, secondFactors, passkeys])
        await store.forget(id, session)
      const cause = `user:${id}:erased`
      await mails.owe([{ kind: 'account-erased', cause, to: { email, language }, data: {} }], { session })
    },
  })

  return {
    ...{ app, accounts, sessions, tokens, mails, contacts, recovery, context, unsubscribing },
    deliver: async () => delivery?.run(),
    prepare: async () => {
      const stores = [accounts, sessions, mails, emailTokens, devices, secondFactors, passkeys]
      await Promise.all([...stores.map((store) => store.ensureIndexes()), context.prepare(), passwords.prepare()])
      await ensureFirstAdmin(accounts, config)
    },
    gaugeCollectors: [...context.gaugeCollectors, accounts.relay.gaugeCollector],
    loops: [
      ...context.loops,
      accounts.relay.loopOf('outbox'),
      sessions.relay.loopOf('outbox of sessions'),
      { everyMs: 15_000, name: 'sessions of a reset', work: recovery.endOldSessions },
      ...(delivery ? [{ everyMs: safetyNetMs, name: 'mail', work: delivery.run, bell: mails.bell }] : []),
    ],
  }
}
