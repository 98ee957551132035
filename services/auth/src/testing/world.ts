import { createDapr, type Dapr } from '@fairpass/sdk/dapr'
import type { FairpassEvent } from '@fairpass/sdk/events'
import { cookieName } from '@fairpass/sdk/identity'
import { createServiceContext } from '@fairpass/sdk/service'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import { ensureFirstAdmin } from '../account/first-admin.ts'
import { openAccounts } from '../account/store.ts'
import { createApp } from '../app.ts'
import { readAuthConfig } from '../config.ts'
import { createPasswords, type Hasher } from '../password/passwords.ts'
import { digestSecretOf } from '../session/keys.ts'
import { openSessions } from '../session/store.ts'
import { ownIdentity, tokensFrom } from '../session/tokens.ts'

const JWT_KEY = 'a secret of the test'

export const admin = { email: 'admin@example.com', password: 'admin-password' }

/** The real algorithm at its lowest cost. */
const quick: Hasher = {
  hash: (password) => Bun.password.hash(password, { algorithm: 'argon2id', memoryCost: 8, timeCost: 1 }),
  verify: (password, hash) => Bun.password.verify(password, hash),
}

type Sent = { json?: unknown; headers?: Record<string, string> }

type Options = {
  publicOrigin?: string
  hasher?: Hasher
  env?: Record<string, string>
  /** without one nothing is limited */
  dapr?: Dapr
  /** another deployment of the same service */
  db?: Db
}

/** The whole service on a real database; only publishing ends here, in `published`. */
export const createWorld = async ({
  publicOrigin = 'http://localhost:3000',
  hasher = quick,
  env = {},
  dapr = createDapr({ httpPort: 1 }),
  db: given,
}: Options = {}) => {
  const db = given ?? (await testDatabase())
  const config = readAuthConfig({ APP_PORT: '1', PUBLIC_ORIGIN: publicOrigin, JWT_KEY, ...env })
  const log = createLog('auth', 'fatal')
  const published: FairpassEvent[] = []
  const publish = async (event: FairpassEvent) => void published.push(event)
  const passwords = createPasswords(hasher)
  const accounts = openAccounts(db, { publish, passwords })
  const sessions = openSessions(db, {
    lifetimeSeconds: config.REFRESH_TOKEN_SECONDS,
    longestSeconds: config.SESSION_SECONDS,
    tokenSeconds: config.ACCESS_TOKEN_SECONDS,
    publish,
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
  const service = { log, publicOrigin, isPrepared: () => true, isReady: async () => true }
  const app = createApp({ service, config, accounts, sessions, tokens, context })
  await Promise.all([accounts.ensureIndexes(), sessions.ensureIndexes(), context.prepare(), passwords.prepare()])
  await ensureFirstAdmin(accounts, { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password })

  /** Somebody with a browser: what is set as a cookie is sent along. */
  const visitor = (cookies = new Map<string, string>()) => {
    const keep = (setCookie: string) => {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(setCookie) ?? []
      if (/max-age=0/i.test(setCookie)) cookies.delete(name)
      else cookies.set(name, value)
    }
    const send = async (method: string, path: string, { json, headers = {} }: Sent = {}) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await app.request(path, {
        method,
        headers: {
          ...(cookie ? { cookie } : {}),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      })
      for (const setCookie of answer.headers.getSetCookie()) keep(setCookie)
      return answer
    }
    return {
      cookies,
      send,
      /** the same browser as it is now, going its own way from here */
      copy: () => visitor(new Map(cookies)),
      refreshToken: () => cookies.get(cookieName('refresh', publicOrigin)) ?? '',
      accessToken: () => cookies.get(cookieName('access', publicOrigin)) ?? '',
      currentUser: async () => (await send('GET', '/api/users/currentuser')).json(),
    }
  }

  const signedUp = async (email = `${crypto.randomUUID()}@example.com`, password = 'correct horse') => {
    const person = visitor()
    const answer = await person.send('POST', '/api/users/signup', { json: { email, password } })
    const { id } = (await answer.json()) as { id: string }
    return { ...person, id, email, password }
  }

  const signedIn = async (credentials: { email: string; password: string }) => {
    const person = visitor()
    const { email, password } = credentials
    await person.send('POST', '/api/users/signin', { json: { email, password } })
    return person
  }

  return { db, app, accounts, sessions, tokens, published, visitor, signedUp, signedIn }
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** The status and code by which an answer refuses. */
export const refusal = async (answer: Response) => [answer.status, ((await answer.json()) as { code?: string }).code]
