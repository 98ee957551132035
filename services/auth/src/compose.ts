import type { Dapr } from '@fairpass/sdk/dapr'
import { event } from '@fairpass/sdk/events'
import type { ServiceOptions } from '@fairpass/sdk/http'
import type { PublishAll } from '@fairpass/sdk/mongo'
import { safetyNetMs } from '@fairpass/sdk/run-periodically'
import { createServiceContext, type ServiceContext } from '@fairpass/sdk/service'
import type { Log } from '@fairpass/sdk/telemetry'
import type { Db } from 'mongodb'
import { ensureFirstAdmin } from './account/first-admin.ts'
import { openAccounts } from './account/store.ts'
import { type Deps as AppDeps, createApp } from './app.ts'
import type { AuthConfig } from './config.ts'
import { openContacts } from './contact/store.ts'
import { openEmailTokens } from './email-token/store.ts'
import { createLimits } from './limits.ts'
import { mailGauges } from './mail/metrics.ts'
import type { SmtpSender } from './mail/smtp.ts'
import { openMails } from './mail/store.ts'
import { createUnsubscribing, type Unsubscription } from './mail/unsubscribe.ts'
import { wireDelivery } from './mail/wire.ts'
import { createMailHandlers } from './notify/handlers.ts'
import { tellOfChange } from './notify/security.ts'
import { openPasskeys } from './passkey/store.ts'
import { createPasswords, type Hasher } from './password/passwords.ts'
import { createOrders } from './peers/orders.ts'
import type { Payments } from './peers/payments.ts'
import { createRecovery, type Recovery } from './recovery/recovery.ts'
import { openSecondFactors } from './second-factor/store.ts'
import { createSessionIssuer } from './session/issuer.ts'
import { digestSecretOf, emailTokenKeyOf, pendingKeyOf, unsubscribeKeyOf } from './session/keys.ts'
import { openKnownDevices } from './session/known-devices.ts'
import { createPendingSignIns } from './session/pending.ts'
import { openSessions } from './session/store.ts'
import { ownIdentity, type Tokens, tokensFrom } from './session/tokens.ts'

type Options = {
  config: AuthConfig
  db: Db
  dapr: Dapr
  log: Log
  service: ServiceOptions
  hasher: Hasher
  publishAll: PublishAll
  /** without one mails stay in the database */
  sender: Pick<SmtpSender, 'send'> | undefined
  payments: Payments
}

const openStores = ({ config, db, log, hasher, publishAll }: Options) => {
  const { JWT_KEY, PUBLIC_ORIGIN: publicOrigin } = config
  const passwords = createPasswords(hasher)
  const mails = openMails(db)
  return {
    passwords,
    mails,
    accounts: openAccounts(db, { publishAll, passwords }),
    sessions: openSessions(db, {
      lifetimeSeconds: config.REFRESH_TOKEN_SECONDS,
      longestSeconds: config.SESSION_SECONDS,
      tokenSeconds: config.ACCESS_TOKEN_SECONDS,
      publishAll,
      log,
    }),
    contacts: openContacts(db),
    emailTokens: openEmailTokens(db, emailTokenKeyOf(JWT_KEY)),
    secondFactors: openSecondFactors(db),
    passkeys: openPasskeys(db, { publicOrigin, log }),
    devices: openKnownDevices(db, mails),
  }
}

type Stores = ReturnType<typeof openStores>

const createUnsubscribingOf = ({ JWT_KEY, JWT_KEY_PREVIOUS }: AuthConfig) =>
  createUnsubscribing(unsubscribeKeyOf(JWT_KEY), JWT_KEY_PREVIOUS && unsubscribeKeyOf(JWT_KEY_PREVIOUS))

/** What is written together with an account as it begins, changes and ends. */
const createAccountHooks = (stores: Stores, recovery: Recovery) => {
  const { mails, contacts, emailTokens, devices, secondFactors, passkeys } = stores
  const hooks: Pick<AppDeps, 'passwordChanged' | 'welcome' | 'farewell'> = {
    passwordChanged: async (userId, session) => {
      // A link to reset the password that was changed is of no use, whoever reads it.
      await emailTokens.endAll(userId, ['reset-password'], session)
      await tellOfChange(mails, userId, 'password', session)
    },
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
  }
  return hooks
}

const createContext = ({ config, db, dapr, log }: Options, { mails, accounts, sessions }: Stores, tokens: Tokens) =>
  createServiceContext({
    name: 'auth',
    config,
    db,
    dapr,
    log,
    own: ownIdentity({ tokens, accounts, sessions }),
    handlers: createMailHandlers({ mails, orders: createOrders(dapr) }),
    secret: digestSecretOf(config.JWT_KEY),
  })

const loopsOf = (
  { accounts, sessions, mails }: Stores,
  recovery: Recovery,
  delivery: ReturnType<typeof wireDelivery> | undefined,
) => [
  accounts.relay.loopOf('outbox'),
  sessions.relay.loopOf('outbox of sessions'),
  { everyMs: 15_000, name: 'sessions of a reset', work: recovery.endOldSessions },
  ...(delivery ? [{ everyMs: safetyNetMs, name: 'mail', work: delivery.run, bell: mails.bell }] : []),
]

const createRoutesDeps = (options: Options, stores: Stores, context: ServiceContext, tokens: Tokens) => {
  const { config, db, publishAll } = options
  const unsubscribing = createUnsubscribingOf(config)
  const recovery = createRecovery({ db, ...stores })
  return {
    ...stores,
    ...{ config, tokens, context, recovery, unsubscribing, payments: options.payments },
    orders: createOrders(options.dapr),
    ...createAccountHooks(stores, recovery),
    pendingSignIns: createPendingSignIns(pendingKeyOf(config.JWT_KEY)),
    limits: createLimits(context.rateLimit, config),
    sessionIssuer: createSessionIssuer({ config, tokens, ...stores }),
    onUnsubscribed: async ({ searchId: id, userId }: Unsubscription) => {
      if (!id) return
      const failures = await publishAll([event('search.unsubscribed', { id, version: 1, userId })])
      for (const failure of failures.values()) throw failure
    },
  }
}

/** The whole service, on one database: what main serves, and tests ask. */
export const composeAuth = (options: Options) => {
  const { config, log, service, sender } = options
  const stores = openStores(options)
  const { accounts, sessions, mails, emailTokens, devices, secondFactors, passkeys, passwords } = stores
  const tokens = tokensFrom(config)
  const context = createContext(options, stores, tokens)
  const deps = createRoutesDeps(options, stores, context, tokens)
  const { recovery, unsubscribing } = deps
  const delivery = sender && wireDelivery({ ...stores, sender, log, publicOrigin: config.PUBLIC_ORIGIN, unsubscribing })

  return {
    ...stores,
    ...{ app: createApp({ service, ...deps }), tokens, recovery, context, unsubscribing },
    deliver: async () => delivery?.run(),
    prepare: async () => {
      const indexed = [accounts, sessions, mails, emailTokens, devices, secondFactors, passkeys]
      await Promise.all([...indexed.map((store) => store.ensureIndexes()), context.prepare(), passwords.prepare()])
      await ensureFirstAdmin(accounts, config)
    },
    gaugeCollectors: [...context.gaugeCollectors, accounts.relay.gaugeCollector, mailGauges(mails)],
    loops: [...context.loops, ...loopsOf(stores, recovery, delivery)],
  }
}
