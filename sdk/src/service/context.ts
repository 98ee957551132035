import type { Db } from 'mongodb'
import type { Dapr } from '../dapr/dapr.ts'
import { openDeadLetters } from '../events/dead-letters.ts'
import { composeHandlers, type EventHandlers } from '../events/handlers.ts'
import { subscriptions } from '../events/subscriptions.ts'
import { openIdempotency } from '../http/idempotency.ts'
import { createLimiter } from '../http/limiter.ts'
import { createRateLimit } from '../http/rate-limit.ts'
import { createIdentity, type User } from '../identity/identity.ts'
import { createRevocations } from '../identity/revocations.ts'
import { createVerifier } from '../identity/tokens.ts'
import { pause, safetyNetMs } from '../run-periodically.ts'
import type { Log } from '../telemetry/log.ts'

type Options = {
  /** the service's Dapr app id */
  name: string
  config: {
    PUBLIC_ORIGIN: string
    ACCESS_TOKEN_SECONDS: number
    REAUTHENTICATE_SECONDS?: number
    APP_API_TOKEN?: string | undefined
  }
  db: Db
  dapr: Dapr
  log: Log
  handlers?: EventHandlers
  /** how auth alone knows tokens and bans: from its own keys and accounts */
  own?: { verify: (token: string) => Promise<User | undefined>; isDenied: (user: User) => Promise<boolean> }
  /** keys the digests that are kept of requests and of whom limits count; needed where bodies hold passwords */
  secret?: string
}

const keyTries = 20
const betweenTriesMs = 300
/** How often it is seen to that the keys are fresh, and that the state store has them, in milliseconds. */
const keysEveryMs = 20_000

/** @throws what the last try threw */
const knowKeys = async (keepFresh: () => Promise<void>): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      return await keepFresh()
    } catch (error) {
      if (tries === keyTries) throw error
      await pause(betweenTriesMs)
    }
  }
}

/**
 * What every service wires alike: who is calling, answers kept for idempotency keys, events delivered and dead-lettered.
 * `app.route('/', subscriptionRoutes)` hosts the subscriptions; `prepare` and `loops` go to `runService`.
 */
export const createServiceContext = ({ name, config, db, dapr, log, handlers: given = {}, own, secret }: Options) => {
  const verifier = createVerifier({ dapr, log })
  const revocations = createRevocations({ dapr, log, tokenSeconds: config.ACCESS_TOKEN_SECONDS })
  const verifyOpen = async (token: string) => {
    const user = await verifier.verify(token)
    if (user) await revocations.refresh()
    return user && !revocations.isEnded(user) ? user : undefined
  }
  const { verify, isDenied } = own ?? { verify: verifyOpen, isDenied: revocations.isDenied }
  const handlers = own ? given : composeHandlers(revocations.handlers, given)
  const deadLetters = openDeadLetters(db, log)
  const idempotency = openIdempotency(db, secret)
  return {
    identity: createIdentity({
      ...{ verify, isDenied, publicOrigin: config.PUBLIC_ORIGIN },
      reauthenticateSeconds: config.REAUTHENTICATE_SECONDS ?? 600,
    }),
    /** Whether somebody whose token was valid has a session still, and is not banned. */
    isStillSignedIn: async (user: User): Promise<boolean> => {
      await revocations.refresh()
      return !revocations.isEnded(user) && !(await isDenied(user))
    },
    idempotent: idempotency.middleware,
    /** Replicas share one token of their sidecars, which no reader of the state store knows. */
    rateLimit: createRateLimit(createLimiter({ dapr, log, secret: secret ?? config.APP_API_TOKEN ?? name })),
    subscriptionRoutes: subscriptions(name, handlers, { log, keepDeadLetter: deadLetters.keep }),
    prepare: async () => {
      await Promise.all([idempotency.ensureIndexes(), deadLetters.ensureIndexes()])
      // Nobody who was banned gets in during the first moments; an outage of auth and of the state store stops no start.
      if (!own) await revocations.load().catch((error) => log.warn({ err: error }, 'the deny list is not known yet'))
      // Tokens are read from the first request on, also where auth starts at the same moment for the first time. An auth
      // that answers nothing later on is no reason to wait: its keys are in the state store.
      const mustWait = !own && !(await verifier.hasStoredKeys().catch(() => true))
      if (mustWait)
        await knowKeys(verifier.keepFresh).catch((error) =>
          log.warn({ err: error }, 'the public keys are not known yet'),
        )
    },
    gaugeCollectors: [deadLetters.gaugeCollector],
    loops: [
      { everyMs: safetyNetMs, name: 'dead letter replay', work: () => deadLetters.replayMarked(handlers) },
      ...(own ? [] : [{ everyMs: keysEveryMs, name: 'public keys', work: verifier.keepFresh }]),
    ],
  }
}

export type ServiceContext = ReturnType<typeof createServiceContext>
