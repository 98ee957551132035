import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { defaultMaxBytes } from './body.ts'
import { createGateway } from './gateway.ts'

// A stub in the sidecar's place, for what a real one does not do on demand; dapr.test.ts has the real one.
let behave: (request: Request) => Response | Promise<Response>
let calls = 0
const sidecar = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  fetch: (request) => {
    calls += 1
    return behave(request)
  },
})
const daprEndpoint = `http://127.0.0.1:${sidecar.port}`
const publicOrigin = 'http://localhost:3000'
const options = { daprEndpoint, publicOrigin, daprApiToken: undefined, trustedProxies: 0 }
const gateway = createGateway(options)
const call = (path: string, init?: RequestInit, handle = gateway) =>
  handle(new Request(`${publicOrigin}${path}`, init), '127.0.0.1')

beforeAll(() => {
  behave = () => Response.json({})
})
afterAll(() => sidecar.stop(true))

const expectProblem = async (response: Response, status: number, code: string) => {
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const body = await response.json()
  expect(body).toMatchObject({ type: 'about:blank', status, code, errors: [{ message: expect.any(String) }] })
  expect(body.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|ERR_|stack|at .*\.ts/)
}

describe('what the sidecar or the network refuses is told in the contract’s words', () => {
  test.each([
    [500, '{"errorCode":"ERR_DIRECT_INVOKE","message":"failed to invoke, id: tickets, dial tcp 127.0.0.1:5"}'],
    [403, '{"errorCode":"ERR_DIRECT_INVOKE","message":"access control policy has denied access to id: web"}'],
    [502, 'Bad gateway from 127.0.0.1'],
  ])('%d %s', async (status, body) => {
    behave = () => new Response(body, { status, headers: { 'content-type': 'application/json' } })
    const response = await call('/api/tickets')
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
    await expectProblem(response, 503, 'service_unavailable')
  })

  test('an invalid sidecar token is nobody’s sign-in', async () => {
    behave = () => new Response('invalid api token', { status: 401, headers: { 'content-type': 'text/plain' } })
    await expectProblem(await call('/api/tickets'), 503, 'service_unavailable')
  })

  test('why is told beside the answer, with its trace', async () => {
    const told: unknown[] = []
    const telling = createGateway({ ...options, onUnavailable: (failure) => told.push(failure) })
    const why = '{"errorCode":"ERR_DIRECT_INVOKE","message":"failed to invoke, id: tickets"}'
    behave = () => new Response(why, { status: 500, headers: { 'content-type': 'application/json' } })
    const { traceId } = await (await call('/api/tickets', { method: 'POST' }, telling)).json()
    expect(told).toEqual([{ app: 'tickets', method: 'POST', traceId, reason: `500 ${why}` }])
  })

  test('no sidecar at all', async () => {
    const closed = createGateway({ ...options, daprEndpoint: 'http://127.0.0.1:1' })
    await expectProblem(await call('/api/tickets', {}, closed), 503, 'service_unavailable')
  })

  test('a service that does not answer in time', async () => {
    let isAborted = false
    behave = async (request) => {
      request.signal.addEventListener('abort', () => {
        isAborted = true
      })
      await Bun.sleep(2000)
      return Response.json({})
    }
    const hasty = createGateway({ ...options, timeoutMs: 50 })
    await expectProblem(await call('/api/tickets', {}, hasty), 503, 'service_unavailable')
    for (let count = 0; count < 100 && !isAborted; count += 1) await Bun.sleep(10)
    expect(isAborted).toBe(true)
  })
})

test('a read that does not begin to answer is given up long before a write, and a write goes on', async () => {
  behave = async () => {
    await Bun.sleep(300)
    return Response.json({})
  }
  const hasty = createGateway({ ...options, readOpensWithinMs: 50 })
  await expectProblem(await call('/api/tickets', {}, hasty), 503, 'service_unavailable')
  const write = await call('/api/orders', { method: 'POST', body: '{}', headers: { origin: publicOrigin } }, hasty)
  expect(write.status).toBe(200)
})

test('a service’s own errors pass word for word', async () => {
  const body = '{"type":"about:blank","status":500,"code":"internal","errors":[{"message":"x"}],"traceId":"1"}'
  behave = () => new Response(body, { status: 500, headers: { 'content-type': 'application/problem+json' } })
  const response = await call('/api/orders')
  expect([response.status, await response.text()]).toEqual([500, body])
})

describe('the bound on bodies', () => {
  const chunked = (bytes: number) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (let sent = 0; sent < bytes; sent += 65_536)
          controller.enqueue(new Uint8Array(Math.min(65_536, bytes - sent)))
        controller.close()
      },
    })

  test.each([
    ['with a length', () => new Uint8Array(defaultMaxBytes + 1)],
    ['without one', () => chunked(defaultMaxBytes + 1)],
  ])('one byte too many %s is 413, and no service sees any of it', async (_, body) => {
    calls = 0
    await expectProblem(await call('/api/tickets', { method: 'POST', body: body() }), 413, 'body_too_large')
    expect(calls).toBe(0)
  })

  test('a body of exactly the bound passes whole', async () => {
    behave = async (request) => Response.json({ bytes: (await request.bytes()).length })
    const response = await call('/api/tickets', { method: 'POST', body: chunked(defaultMaxBytes) })
    expect(await response.json()).toEqual({ bytes: defaultMaxBytes })
  })
})

test('unknown paths are 404 and a forged origin 403, without asking anybody', async () => {
  calls = 0
  await expectProblem(await call('/api/nothing'), 404, 'not_found')
  await expectProblem(await call('/api/tickets/a%2F..%2Finternal'), 404, 'not_found')
  const forged = { method: 'POST', headers: { origin: 'https://evil.example' } }
  await expectProblem(await call('/api/orders', forged), 403, 'forbidden')
  expect(calls).toBe(0)
})

test('a visitor who leaves ends the call behind', async () => {
  const left = Promise.withResolvers<void>()
  behave = (request) => {
    request.signal.addEventListener('abort', () => left.resolve())
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
      cancel: () => left.resolve(),
    })
    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
  }
  const response = await call('/api/tickets/events')
  const reader = response.body?.getReader()
  await reader?.read()
  await reader?.cancel()
  await left.promise
})

test('a visitor who leaves before the answer ends the call, too', async () => {
  const asked = Promise.withResolvers<void>()
  const left = Promise.withResolvers<void>()
  behave = async (request) => {
    request.signal.addEventListener('abort', () => left.resolve())
    asked.resolve()
    await left.promise
    return Response.json({})
  }
  const front = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => gateway(request, undefined) })
  const visitor = new AbortController()
  const answer = fetch(`${front.url.origin}/api/tickets`, { signal: visitor.signal }).catch(() => 'left')
  await asked.promise
  visitor.abort()
  await left.promise
  expect(await answer).toBe('left')
  await front.stop(true)
})

test('an event stream outlives the bound on time', async () => {
  behave = () =>
    new Response(
      new ReadableStream({
        async start(controller) {
          for (const word of ['one', 'two', 'three']) {
            controller.enqueue(new TextEncoder().encode(`data: ${word}\n\n`))
            await Bun.sleep(60)
          }
          controller.close()
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    )
  const hasty = createGateway({ ...options, timeoutMs: 100 })
  expect(await (await call('/api/tickets/events', {}, hasty)).text()).toContain('three')
})
