import { createDapr, type Dapr } from '@fairpass/sdk/dapr'
import type { FairpassEvent } from '@fairpass/sdk/events'
import { cookieName } from '@fairpass/sdk/identity'
import { createLog } from '@fairpass/sdk/telemetry'
import { publishEach, testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import { composeAuth } from '../compose.ts'
import { readAuthConfig } from '../config.ts'
import type { OutgoingMail } from '../mail/smtp.ts'
import type { Hasher } from '../password/passwords.ts'

const jwtKey = 'a secret of the test'

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
  /** what payments says of a seller */
  isOwed?: (userId: string) => Promise<boolean>
  /** another deployment of the same service */
  db?: Db
}

type App = ReturnType<typeof composeAuth>['app']

/** Somebody with a browser: what is set as a cookie is sent along. */
const createVisitor = (app: App, publicOrigin: string, cookies = new Map<string, string>()) => {
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
    copy: () => createVisitor(app, publicOrigin, new Map(cookies)),
    refreshToken: () => cookies.get(cookieName('refresh', publicOrigin)) ?? '',
    accessToken: () => cookies.get(cookieName('access', publicOrigin)) ?? '',
    currentUser: async () => (await send('GET', '/api/users/currentuser')).json(),
  }
}

type Visitor = ReturnType<typeof createVisitor>

/** Puts accounts into browsers of their own. */
const createPeople = (visitor: () => Visitor) => ({
  signedUp: async (email = `${crypto.randomUUID()}@example.com`, password = 'correct horse') => {
    const person = visitor()
    const answer = await person.send('POST', '/api/users/signup', { json: { email, password } })
    const { id } = (await answer.json()) as { id: string }
    return { ...person, id, email, password }
  },

  signedIn: async ({ email, password }: { email: string; password: string }) => {
    const person = visitor()
    await person.send('POST', '/api/users/signin', { json: { email, password } })
    return person
  },
})

/** What was sent; whatever is owed is sent before. */
const createMailbox = (deliver: () => Promise<unknown>, sent: readonly OutgoingMail[]) => {
  /** To an address, newest first. */
  const mailsTo = async (email: string) => {
    await deliver()
    return sent.filter(({ to }) => to === email).toReversed()
  }
  return {
    mailsTo,

    /** The token in the link of the newest mail of a kind to an address. */
    tokenFor: async (email: string, path: 'reset-password' | 'confirm-email') => {
      const links = (await mailsTo(email)).map(({ text }) => new RegExp(`/${path}\\?token=(\\S+)`).exec(text)?.[1])
      return links.find((token) => token !== undefined) ?? ''
    },
  }
}

/** The whole service on a real database; only publishing ends here, in `published`. */
export const createWorld = async ({
  publicOrigin = 'http://localhost:3000',
  hasher = quick,
  env = {},
  dapr = createDapr({ httpPort: 1 }),
  db: given,
  isOwed = async () => false,
}: Options = {}) => {
  const db = given ?? (await testDatabase())
  const config = readAuthConfig({
    ...{ APP_PORT: '1', PUBLIC_ORIGIN: publicOrigin, JWT_KEY: jwtKey, ...env },
    ...{ ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password },
  })
  const log = createLog('auth', 'fatal')
  const published: FairpassEvent[] = []
  const publishAll = publishEach(async (event) => void published.push(event))
  const sent: OutgoingMail[] = []
  const sender = {
    send: async (mail: OutgoingMail) => {
      sent.push(mail)
      return { kind: 'sent' } as const
    },
  }
  const service = { log, publicOrigin, isPrepared: () => true, isReady: async () => true }
  const auth = composeAuth({ config, db, dapr, log, service, hasher, publishAll, sender, payments: { isOwed } })
  await auth.prepare()

  const visitor = (cookies?: Map<string, string>) => createVisitor(auth.app, publicOrigin, cookies)
  return { ...auth, db, published, visitor, ...createPeople(visitor), ...createMailbox(auth.deliver, sent) }
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** The status and code by which an answer refuses. */
export const refusal = async (answer: Response) => [answer.status, ((await answer.json()) as { code?: string }).code]
