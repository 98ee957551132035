import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createGateway } from './gateway.ts'
import { eventually, findDaprd, startSidecars } from './testing.ts'

const daprd = await findDaprd()
const cookies = ['a=1; Path=/; HttpOnly', 'b=2; Path=/; Expires=Thu, 01 Jan 2032 00:00:00 GMT', 'c=; Max-Age=0']

const echo = async (request: Request): Promise<Response> => {
  const url = new URL(request.url)
  switch (url.pathname) {
    case '/api/tickets/refusal': {
      const headers = new Headers({ 'content-type': 'application/problem+json', 'retry-after': '7' })
      for (const cookie of cookies) headers.append('set-cookie', cookie)
      return new Response('{"code":"ticket_being_checked_out"}', { status: 409, headers })
    }
    case '/api/tickets/gone':
      return new Response(null, { status: 204 })
    case '/api/tickets/large':
      return new Response(new Uint8Array(900_000).fill(7), { headers: { 'content-type': 'application/octet-stream' } })
    case '/api/tickets/packed':
      return new Response(Bun.gzipSync(Buffer.from('packed')), {
        headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain' },
      })
    case '/api/tickets/events':
      return new Response(ticks(), { headers: { 'content-type': 'text/event-stream' } })
    default: {
      const hash = Bun.hash(await request.bytes()).toString()
      const headers = Object.fromEntries(request.headers)
      return Response.json({ app: url.port, method: request.method, path: url.pathname + url.search, hash, headers })
    }
  }
}

const ticks = () =>
  new ReadableStream({
    async start(controller) {
      for (let tick = 0; tick < 3; tick += 1) {
        controller.enqueue(new TextEncoder().encode(`data: ${tick}\n\n`))
        await Bun.sleep(150)
      }
      controller.close()
    },
  })

// A real sidecar on each side: what Dapr normalises, drops or adds is not to be guessed.
describe.skipIf(daprd === undefined)('through real sidecars', () => {
  let origin = ''
  const stops: (() => unknown)[] = []

  beforeAll(async () => {
    const [tickets, orders] = [0, 0].map((port) => Bun.serve({ port, hostname: '127.0.0.1', fetch: echo }))
    const apps = [
      { appId: 'web' },
      { appId: 'tickets', appPort: tickets?.port ?? 0 },
      { appId: 'orders', appPort: orders?.port ?? 0 },
    ]
    const { sidecars, stop } = await startSidecars(daprd ?? '', apps, 'sidecar-token')
    stops.push(
      stop,
      () => tickets?.stop(true),
      () => orders?.stop(true),
    )
    const gateway = createGateway({
      daprEndpoint: `http://127.0.0.1:${sidecars[0]?.httpPort}`,
      publicOrigin: 'http://localhost:3000',
      daprApiToken: 'sidecar-token',
      trustedProxies: 0,
    })
    const front = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request, server) => gateway(request, server.requestIP(request)?.address),
    })
    stops.push(() => front.stop(true))
    origin = front.url.origin
    for (const app of ['tickets', 'orders']) await eventually(async () => (await fetch(`${origin}/api/${app}`)).ok)
  })
  afterAll(() => Promise.all(stops.map((stop) => stop())))

  test('status, Retry-After and three cookies arrive as they were sent', async () => {
    const answer = await fetch(`${origin}/api/tickets/refusal`)
    expect(answer.status).toBe(409)
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.getSetCookie()).toEqual(cookies)
    expect(await answer.text()).toBe('{"code":"ticket_being_checked_out"}')
  })

  test('an answer without a body, and HEAD', async () => {
    const gone = await fetch(`${origin}/api/tickets/gone`, { method: 'DELETE' })
    expect([gone.status, await gone.text()]).toEqual([204, ''])
    const head = await fetch(`${origin}/api/tickets`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('900 kB pass unchanged both ways', async () => {
    const body = new Uint8Array(900_000).map((_, index) => (index * 31) % 256)
    const sent = await fetch(`${origin}/api/tickets/echo`, { method: 'PUT', body })
    expect((await sent.json()).hash).toBe(Bun.hash(body).toString())
    const got = await (await fetch(`${origin}/api/tickets/large`)).bytes()
    expect([got.length, got.every((byte) => byte === 7)]).toEqual([900_000, true])
  })

  test('a compressed answer stays compressed', async () => {
    const answer = await fetch(`${origin}/api/tickets/packed`, {
      decompress: false,
      headers: { 'accept-encoding': 'gzip' },
    } as RequestInit)
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(Buffer.from(Bun.gunzipSync(await answer.bytes())).toString()).toBe('packed')
  })

  test('an event stream arrives event by event', async () => {
    const started = performance.now()
    const answer = await fetch(`${origin}/api/tickets/events`)
    const reader = answer.body?.getReader()
    const first = await reader?.read()
    expect(Buffer.from(first?.value ?? []).toString()).toBe('data: 0\n\n')
    expect(performance.now() - started).toBeLessThan(400)
    await reader?.cancel()
  })

  test('a visitor’s dapr headers choose no app and forge no caller; its query and cookies pass', async () => {
    const mine = await (await fetch(`${origin}/api/tickets/echo`)).json()
    const forged = await fetch(`${origin}/api/tickets/echo?q=a%20b%2F..&city=Troms%C3%B8`, {
      headers: {
        'dapr-app-id': 'orders',
        'dapr-caller-app-id': 'payments',
        'dapr-callee-app-id': 'x',
        'idempotency-key': 'key-1',
        cookie: 'access=a; refresh=b',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      },
    })
    const seen = await forged.json()
    expect(seen.app).toBe(mine.app)
    expect(seen.path).toBe('/api/tickets/echo?q=a%20b%2F..&city=Troms%C3%B8')
    expect(seen.headers).toMatchObject({
      'dapr-caller-app-id': 'web',
      'dapr-callee-app-id': 'tickets',
      'idempotency-key': 'key-1',
      cookie: 'access=a; refresh=b',
    })
    expect(seen.headers.traceparent).toStartWith('00-4bf92f3577b34da6a3ce929d0e0e4736-')
    // daprd appends an address of its own: the visitor's is the first.
    expect(seen.headers['x-forwarded-for']).toStartWith('127.0.0.1')
  })

  test('a service that no sidecar knows is 503, without a word of Dapr', async () => {
    const answer = await fetch(`${origin}/api/users/currentuser`)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.text()).not.toMatch(/ERR_|invoke|host/)
  })
})
