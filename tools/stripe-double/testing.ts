import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Stripe from 'stripe'
import type { stateOf } from './control/state.ts'
import { serve } from './serve.ts'
import { createStripeDouble } from './server.ts'
import { openStorage } from './storage.ts'

const secretKey = 'sk_test_fairpass_double'
export const webhookSecret = 'whsec_fairpass_double'

const untilMs = 10_000

/** Waits for a condition instead of a time. */
export const until = async <T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>) => {
  const deadline = Date.now() + untilMs
  while (Date.now() < deadline) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    await Bun.sleep(10)
  }
  throw new Error(`waited in vain for ${what}`)
}

export const clientOf = (port: number, key = secretKey) =>
  new Stripe(key, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, timeout: 5_000 })

/** What Stripe's client throws, or undefined when nothing was refused. */
export const refusalOf = async (call: Promise<unknown>): Promise<Stripe.errors.StripeError | undefined> => {
  try {
    await call
    return undefined
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
}

/** Under Bun the client's last response is fetch's own, whatever its type says. */
export const headerOf = ({ lastResponse }: { lastResponse: { headers: Record<string, string> } }, name: string) =>
  new Headers(lastResponse.headers).get(name)

type Received = {
  event: { id: string; type: string; data: { object: { id: string } } }
  payload: string
  signature: string
}

/** An endpoint for webhooks; `answer` decides the status. */
export const listen = () => {
  const received: Received[] = []
  let status = 200
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      const payload = await request.text()
      received.push({ event: JSON.parse(payload), payload, signature: request.headers.get('stripe-signature') ?? '' })
      return new Response(null, { status })
    },
  })
  return {
    received,
    types: () => received.map(({ event }) => event.type),
    answer: (next: number) => {
      status = next
    },
    url: `http://127.0.0.1:${server.port}/webhooks`,
    stop: () => server.stop(true),
  }
}

export type State = ReturnType<typeof stateOf> & {
  webhooks: { pending: number; delivered: number; lost: number; failed: number; forgedAccepted: number }
}

export const controlOf = (port: number, host = '127.0.0.1') => {
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`http://${host}:${port}/__double${path}`, {
      method,
      // A pooled connection may be closed by the double just when it is used again.
      keepalive: false,
      headers: { authorization: `Bearer ${secretKey}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text ? JSON.parse(text) : undefined }
  }
  return {
    call,
    /** Returns what the fault is known by. */
    fault: async (fault: Record<string, unknown>): Promise<number> => {
      const { status, body } = await call('POST', '/faults', fault)
      if (status !== 201) throw new Error(JSON.stringify(body))
      return body.id
    },
    /** Whether the fault has hit all the requests that it was meant for; the last of them may still be under way. */
    isUsedUp: async (fault: number): Promise<boolean> => {
      const { faults } = (await call('GET', '/faults')).body as { faults: { id: number; remaining: number }[] }
      return faults.find(({ id }) => id === fault)?.remaining === 0
    },
    state: async (): Promise<State> => (await call('GET', '/state')).body,
  }
}

export const temporaryFile = () => {
  const folder = mkdtempSync(join(tmpdir(), 'stripe-double-'))
  return { file: join(folder, 'stripe.sqlite'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A request of Stripe's API and its answer. */
export type Exchange = {
  method: string
  /** With its query. */
  path: string
  body: string
  status: number
  answer: unknown
}

type App = { fetch(request: Request): Response | Promise<Response> }

const withExchanges = (app: App, onExchange: (exchange: Exchange) => void): App => ({
  fetch: async (request) => {
    const { pathname, search } = new URL(request.url)
    if (!pathname.startsWith('/v1/')) return app.fetch(request)
    const body = await request.clone().text()
    const answer = await app.fetch(request)
    const exchange = { method: request.method, path: pathname + search, body, status: answer.status }
    onExchange({ ...exchange, answer: await answer.clone().json() })
    return answer
  },
})

type DoubleOptions = {
  webhookUrl?: string
  enabledEvents?: readonly string[]
  now?: () => number
  /** Called with every request of Stripe's API. */
  onExchange?: ((exchange: Exchange) => void) | undefined
}

/** A double in this process, reached over a socket as the payments service reaches it. */
export const startDouble = async ({ webhookUrl, enabledEvents, now, onExchange }: DoubleOptions = {}) => {
  const { file, remove } = temporaryFile()
  const storage = openStorage(file)
  const { app, webhooks } = createStripeDouble({
    storage,
    key: secretKey,
    webhookUrl,
    enabledEvents,
    webhookSecret: webhookSecret,
    firstPauseMs: 10,
    ...(now ? { now } : {}),
  })
  const listener = await serve(onExchange ? withExchanges(app, onExchange) : app, 0)
  return {
    port: listener.port,
    stripe: clientOf(listener.port),
    ...controlOf(listener.port),
    stop: async () => {
      await Promise.all([listener.stop(), webhooks.stop()])
      storage.close()
      remove()
    },
  }
}

/** The purchase as the payments service makes it. */
export const authorisation = (
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
): Stripe.PaymentIntentCreateParams => ({
  amount: 4_200,
  currency: 'eur',
  capture_method: 'manual',
  payment_method: 'pm_card_visa',
  allowed_payment_method_types: ['card'],
  confirm: true,
  metadata: { orderId: 'order-1' },
  ...more,
})
