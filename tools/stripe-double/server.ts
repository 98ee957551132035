import { timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { createConnectApi } from './connect/connect-api.ts'
import { createOnboarding } from './connect/onboarding.ts'
import { createConnect } from './connect/platform.ts'
import { createControl } from './control/control.ts'
import { createFaults } from './control/faults.ts'
import { ConnectionDropped, keyRefused, noSuchPath, StripeRefusal, serverError } from './errors.ts'
import { createAccount } from './payment/account.ts'
import { createApi } from './payment/api.ts'
import { createAnswering, type Env } from './request/answering.ts'
import { createIdempotency } from './request/idempotency.ts'
import { createRequests } from './request/requests.ts'
import { newId } from './shapes.ts'
import type { Storage } from './storage.ts'
import { apiVersion, createEvents } from './webhook/events.ts'
import { createWebhooks } from './webhook/webhooks.ts'

export type StripeDoubleDeps = {
  storage: Storage
  /** The only secret key that is let in. */
  key: string
  webhookUrl?: string | undefined
  /** The types of events that the endpoint has enabled; all when there are none. */
  enabledEvents?: readonly string[] | undefined
  webhookSecret: string
  now?: () => number
  /** The first pause before a webhook is tried again. */
  firstPauseMs?: number
}

/** Stripe's libraries use Bearer, its curl examples the user name of Basic. */
const keyIn = (authorization: string | undefined): string | undefined => {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ')
  if (/^bearer$/i.test(scheme)) return credentials
  if (/^basic$/i.test(scheme)) return Buffer.from(credentials, 'base64').toString('utf8').split(':')[0]
  return undefined
}

const isSame = (given: string, expected: string) => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const answered = ({ status, body }: { status: number; body: unknown }) => Response.json(body, { status })

/** A Hono app that answers as Stripe, and the queue of webhooks that belongs to it. */
export const createStripeDouble = ({
  storage,
  key,
  webhookUrl,
  webhookSecret,
  enabledEvents = [],
  now = Date.now,
  ...pauses
}: StripeDoubleDeps) => {
  const faults = createFaults(storage)
  const isEnabled = (type: string) =>
    webhookUrl !== undefined && (enabledEvents.length === 0 || enabledEvents.includes(type))
  const events = createEvents({ storage, faults, isEnabled, now })
  const account = createAccount({ storage, events, now })
  const connect = createConnect({ storage, events, now })
  const webhooks = createWebhooks({ storage, events, url: webhookUrl, secret: webhookSecret, now, ...pauses })
  const idempotency = createIdempotency(storage, now)
  const requests = createRequests({ storage, faults, idempotency, onChange: webhooks.wake })
  const answering = createAnswering({ storage, requests })

  const app = new Hono<Env>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .route('/', createOnboarding({ storage, connect, now, onChange: webhooks.wake }))
    .use(async (c, next) => {
      c.set('requestId', newId('req'))
      c.set('idempotencyKey', c.req.header('idempotency-key') || undefined)
      const given = keyIn(c.req.header('authorization'))
      if (given !== undefined && isSame(given, key)) await next()
      else c.res = answered(keyRefused(given))
      c.header('request-id', c.var.requestId)
      c.header('stripe-version', c.req.header('stripe-version') ?? apiVersion)
      if (c.var.idempotencyKey) c.header('idempotency-key', c.var.idempotencyKey)
    })
    .route('/v1', createApi({ storage, account, events, answering }))
    .route('/v1', createConnectApi({ storage, connect, answering }))
    .route('/__double', createControl({ storage, account, connect, faults, webhooks }))
    .notFound((c) => answered(noSuchPath(c.req.method, c.req.path)))
    .onError((error) => {
      // Only the listener can end a connection without an answer.
      if (error instanceof ConnectionDropped) throw error
      if (error instanceof StripeRefusal) return answered(error.answer)
      console.error(error)
      return answered(serverError())
    })

  return { app, webhooks }
}
