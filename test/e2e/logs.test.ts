import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import { eventually, listTicket, type Marketplace, startMarketplace } from '../marketplace.ts'
import { type SeenSpan, startCollector } from '../otlp/collector.ts'
import { expectStatus, secretsSeen } from '../visitor.ts'

let market: Marketplace
const collector = startCollector()
/** What is secret, by what it is called here. */
const secrets = new Map<string, string>()

beforeAll(async () => {
  market = await startMarketplace(
    {
      LOG_LEVEL: 'debug',
      HOLD_SECONDS: '60',
      JWT_KEY: secret('JWT_KEY'),
      APP_API_TOKEN: secret('what sidecars show to apps'),
      DAPR_API_TOKEN: secret('what apps show to sidecars'),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    },
    ['--observe'],
  )
}, 180_000)

afterAll(async () => {
  await market.stop()
  await collector.stop()
}, 30_000)

/** A new secret that the logs are searched for at the end. */
const secret = (name: string, value = `secret-${crypto.randomUUID()}`) => {
  secrets.set(name, value)
  return value
}

/** The logs of the services of one run, by file. */
const logsOf = (dataDir: string) =>
  readdirSync(`${dataDir}/logs`).map((name) => ({ name, text: readFileSync(`${dataDir}/logs/${name}`, 'utf8') }))

const found = (dataDir: string, looked: Iterable<[string, string]>) => {
  const logs = logsOf(dataDir)
  return [...looked].flatMap(([what, value]) =>
    logs.filter(({ text }) => text.includes(value)).map(({ name }) => `${what} in ${name}`),
  )
}

/** Hashes as the database keeps them. */
const noteHashes = async () => {
  const { db, close } = await market.database('auth')
  try {
    for (const { passwordHash } of await db.collection('accounts').find().toArray())
      secret('a password hash', passwordHash)
    for (const { tokenHash } of await db.collection('sessions').find().toArray()) secret('a token hash', tokenHash)
  } finally {
    await close()
  }
}

test('accounts live: sign-up, wrong and malformed sign-ins, renewal, reuse, a change of password, erasure', async () => {
  const ann = market.visitor()
  const email = 'ann@fairpass.example'
  const password = secret('a password')
  expectStatus(await ann.post('/api/users/signup', { email, password }, { 'idempotency-key': 'once' }), 201)
  expectStatus(await ann.post('/api/users/signup', { email, password }), 409)
  for (const wrong of [
    { email, password: secret('a wrong password') },
    { email: 'ann', password: secret('a password beside a bad email') },
    { email, password: { value: secret('a password in an object') } },
    { email, password, [secret('a password as the name of a field')]: true },
  ])
    expect((await ann.post('/api/users/signin', wrong)).status).toBeWithin(400, 402)
  const broken = `{"email":"${email}","password":"${secret('a password in malformed JSON')}`
  expectStatus(await ann.call('POST', '/api/users/signin', { body: broken }), 400)
  const stolen = ann.jar.get('refresh') ?? ''
  expectStatus(await ann.post('/api/users/refresh', undefined, { 'idempotency-key': 'renew' }), 200)
  const thief = market.visitor()
  thief.jar.set('refresh', stolen)
  expectStatus(await thief.post('/api/users/refresh'), 401)
  const again = market.visitor()
  expectStatus(await again.post('/api/users/signin', { email, password }), 200)
  const newPassword = secret('a new password')
  expectStatus(await again.put('/api/users/password', { currentPassword: password, newPassword }), 204)
  await noteHashes()
  for (const authorization of [
    `Bearer ${secret('a bearer token that is none')}`,
    `Basic ${secret('a basic credential')}`,
  ])
    expectStatus(await market.visitor().get('/api/orders', { headers: { authorization } }), 401)
  expectStatus(await again.call('DELETE', '/api/users/me', { body: { password: newPassword } }), 204)
})

test('forms are sent to pages, with and without their fields', async () => {
  const form = (fields: Record<string, string>) => ({
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: market.origin },
  })
  const email = 'bob@fairpass.example'
  const password = secret('a password in a form')
  const bob = market.visitor()
  expect((await bob.call('POST', '/signup', form({ email, password }))).status).toBeLessThan(400)
  expect((await bob.get('/orders')).status).toBe(200)
  const wrong = form({ email, password: secret('a wrong password in a form') })
  expect((await market.visitor().call('POST', '/signin', wrong)).status).toBe(401)
})

test('tickets are sold, for money, for a coupon and not at all', async () => {
  const admin = await market.asAdmin()
  const { body } = expectStatus(await admin.post('/api/coupons', { quantity: 2 }), 201)
  const [coupon, other] = body.coupons as { code: string }[]
  secret('a coupon code', coupon?.code)
  expectStatus(await admin.delete(`/api/coupons/${secret('a coupon code in a path', other?.code)}`), 204)
  const open = async () => {
    const { ticketId } = await listTicket(market)
    const buyer = await market.signedUp()
    return { buyer, orderId: expectStatus(await buyer.buy(ticketId), 201).body.id }
  }
  const [paid, declined, redeemed, waiting] = [await open(), await open(), await open(), await open()]
  expectStatus(await paid.buyer.pay(paid.orderId), 201)
  expectStatus(await declined.buyer.pay(declined.orderId, 'pm_card_chargeDeclined'), 402)
  const withCoupon = { orderId: redeemed.orderId, couponCode: coupon?.code }
  expectStatus(await redeemed.buyer.post('/api/payments', withCoupon), 201)
  const form = expectStatus(await waiting.buyer.post('/api/payments', { orderId: waiting.orderId }), 201)
  secret('the client secret of a payment', `${form.body.clientSecret}`)
  expectStatus(await waiting.buyer.delete(`/api/orders/${waiting.orderId}`), 204)
})

test('services fail and recover in the middle of it', async () => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const mongod = await market.kill((run) => run.mongod.pid)
  const during = { email: 'eve@fairpass.example', password: secret('a password while MongoDB is away') }
  // A request while MongoDB is away is refused, or waits for it.
  expect([401, 503]).toContain((await market.visitor().post('/api/users/signin', during)).status)
  expect([201, 503]).toContain((await buyer.buy(ticketId)).status)
  await mongod.untilBack()
  const sidecar = await market.kill((run) => run.services.auth.daprPid)
  expect([200, 503]).toContain((await buyer.post('/api/users/refresh')).status)
  await sidecar.untilBack()
  expectStatus(await buyer.get('/api/users/currentuser'), 200)
}, 90_000)

/** The trace that a span of this name in this app belongs to, once all of `parts` have arrived and each has its parent. */
const traceWith = (app: string, name: string, parts: readonly string[]) =>
  eventually(
    async () => {
      const { traceId } = collector.spans.findLast((span) => span.service === app && span.name === name) ?? {}
      return collector.spans.filter((span) => span.traceId === traceId)
    },
    (trace) => parts.every((part) => trace.map(saidBy).includes(part)) && rootsOf(trace).length === 1,
    30_000,
  )

const saidBy = ({ service, isSidecars, name }: SeenSpan) => `${service}${isSidecars ? "'s sidecar" : ''}: ${name}`

/** Spans whose parent did not arrive: one, where the trace is whole. */
const rootsOf = (trace: readonly SeenSpan[]) => {
  const ids = new Set(trace.map(({ spanId }) => spanId))
  return trace.filter(({ parentId }) => !ids.has(parentId)).map(saidBy)
}

// Guarantee: whoever follows a purchase sees all of it at once, whichever process did what.
test('a purchase is one trace, from the page through the sidecars to the databases', async () => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const pressed = await buyer.call('POST', `/tickets/${ticketId}`, {
    body: new URLSearchParams({ idempotencyKey: crypto.randomUUID() }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: market.origin },
  })
  const orderId = /^\/orders\/([0-9a-f]{24})$/.exec(pressed.headers.get('location') ?? '')?.[1] ?? ''
  const bought = await traceWith('web', 'POST /tickets/*', [
    'web: invoke orders',
    "web's sidecar: CallLocal/orders/api/orders",
    "orders's sidecar: CallLocal/orders/api/orders",
    'orders: POST /api/orders',
    'orders: save state',
    "orders's sidecar: /v1.0/state/statestore",
    'orders: insert orders',
    'orders: publish order.created',
    "tickets's sidecar: pubsub/order.created",
    'tickets: apply order.created',
    'tickets: update tickets',
    'expiration: apply order.created',
  ])
  expect(rootsOf(bought)).toEqual(['web: POST /tickets/*'])

  expectStatus(await buyer.pay(orderId), 201)
  const paid = await traceWith('payments', 'POST /api/payments', [
    'payments: Stripe authorise',
    'payments: Stripe capture',
    'payments: insert ledger',
    'orders: POST /internal/orders/:id/complete',
    'tickets: apply order.completed',
  ])
  expect(rootsOf(paid)).toEqual(['web: POST /api/payments'])
}, 90_000)

test('an error says which trace it belongs to', async () => {
  const { body } = await market.visitor().get('/api/orders')
  const [refused] = await eventually(
    async () => collector.spans.filter(({ traceId, service }) => traceId === body.traceId && service === 'orders'),
    (spans) => spans.some(({ name }) => name === 'GET /api/orders'),
  )
  expect(refused).toBeDefined()
})

type Series = { name: string; labels: Record<string, string>; value: number }

/** What each app measures, as it tells Prometheus. */
const measured = async (): Promise<Series[]> => {
  const { web, services } = await market.runFile()
  const pages = await Promise.all(
    [web, ...Object.values(services)].map(async ({ metricsPort }) =>
      (await fetch(`http://127.0.0.1:${metricsPort}/metrics`, { signal: AbortSignal.timeout(5_000) })).text(),
    ),
  )
  const lines = pages.join('\n').matchAll(/^(\w+)\{(.*)\} (\S+)$/gm)
  return [...lines].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, said]) => [label, said])),
    value: Number(value),
  }))
}

/** A series by its service, name and labels, and the least that it must say; without a least, exactly nought. */
const expected: [service: string, name: string, labels: Record<string, string>, least?: number][] = [
  ['orders', 'fairpass_holds_total', { outcome: 'opened' }, 1],
  ['orders', 'fairpass_holds_total', { outcome: 'ticket_being_checked_out' }, 1],
  ['orders', 'fairpass_orders_ended_total', { how: 'completed' }, 1],
  ['orders', 'fairpass_orders_open', { status: 'settling' }],
  ['orders', 'fairpass_invariant_violations', { invariant: 'order_overdue' }],
  ['orders', 'fairpass_invariant_violations', { invariant: 'completed_without_payment' }],
  ['orders', 'fairpass_events_published_total', { type: 'order.created' }, 1],
  ['orders', 'fairpass_http_request_seconds_count', { method: 'POST', route: '/api/orders', status: '201' }, 1],
  ['payments', 'fairpass_payments_total', { outcome: 'completed', kind: 'card' }, 1],
  ['payments', 'fairpass_stripe_request_seconds_count', { call: 'capture', outcome: 'answered' }, 1],
  ['payments', 'fairpass_payments_unfinished', { status: 'captured' }],
  ['payments', 'fairpass_payments_unfinished_oldest_seconds', {}, 0],
  ['payments', 'fairpass_webhooks_failed', {}],
  ['payments', 'fairpass_invariant_violations', { invariant: 'ledger_sum' }],
  ['payments', 'fairpass_invariant_violations', { invariant: 'captured_without_order' }],
  ['expiration', 'fairpass_events_applied_total', { type: 'order.created', outcome: 'applied' }, 1],
  ['tickets', 'fairpass_outbox_pending', { collection: 'tickets' }, 0],
  ['tickets', 'fairpass_dead_letters', {}],
  ['auth', 'fairpass_outbox_oldest_seconds', { collection: 'accounts' }, 0],
  ['auth', 'fairpass_mails_owed', {}, 0],
  ['auth', 'fairpass_mails_due_oldest_seconds', {}, 0],
  ['auth', 'process_resident_memory_bytes', {}, 1],
  ['auth', 'process_start_time_seconds', {}, 1],
  ['auth', 'nodejs_eventloop_lag_p99_seconds', {}, 0],
  ['web', 'fairpass_http_request_seconds_count', { method: 'POST', route: '/api/orders', status: '409' }, 1],
  ['web', 'fairpass_live_streams', {}],
]

test('every app tells what it measures, and which app it is', async () => {
  const { ticketId } = await listTicket(market)
  const [buyer, late] = [await market.signedUp(), await market.signedUp()]
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  expectStatus(await late.buy(ticketId), 409)
  expectStatus(await buyer.pay(order.id), 201)
  const which = ({ name, labels, value }: Series) =>
    expected.find(
      ([service, wanted, wantedLabels, least]) =>
        name === wanted &&
        Bun.deepEquals(labels, { ...wantedLabels, service }) &&
        (least === undefined ? value === 0 : value >= least),
    )
  // Gauges are as old as five seconds.
  await eventually(
    async () => {
      const said = new Set((await measured()).map(which))
      return expected.filter((one) => !said.has(one))
    },
    (left) => left.length === 0,
    20_000,
  )
}, 60_000)

// Guarantee: no label grows with what people do: each of its values would be kept for ever.
test('nothing is counted by an id, an address or a code', async () => {
  await market.visitor().get(`/nothing/${crypto.randomUUID()}`)
  await market.visitor().call('PROPFIND', '/api/tickets')
  await market.visitor().get('/api/tickets/0123456789abcdef01234567')
  const values = (await measured()).flatMap(({ labels }) => Object.values(labels))
  expect(values.length).toBeGreaterThan(100)
  expect(values.filter((value) => /[0-9a-f]{12}|@|PROPFIND|\d+\.\d+\.\d+\.\d+/.test(value))).toEqual([])
})

test('the public cannot ask what is measured, and neither can an app through a sidecar', async () => {
  const { web, services } = await market.runFile()
  for (const path of ['/metrics', '/api/metrics', '/api/orders/metrics'])
    expect((await market.visitor().get(path)).body.text ?? '').not.toContain('fairpass_')
  expect((await market.visitor().get('/metrics')).status).toBe(404)
  for (const { port } of [web, ...Object.values(services)]) {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
    expect([403, 404]).toContain(answer.status)
  }
})

const Targets = v.object({
  data: v.object({ activeTargets: v.array(v.object({ health: v.string(), lastError: v.string() })) }),
})
const Rules = v.object({
  data: v.object({ groups: v.array(v.object({ rules: v.array(v.object({ name: v.string(), health: v.string() })) })) }),
})

test('`bun run up --observe` starts Prometheus where it can be had, which asks every app and judges by the alerts', async () => {
  const { prometheus } = await market.runFile()
  if (!prometheus)
    return expect(market.said()).toContain('Prometheus was not found: put prometheus and promtool on PATH')
  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${prometheus.port}/api/v1/${path}`, { signal: AbortSignal.timeout(2_000) })).json()
  const { data } = await eventually(
    async () => v.parse(Targets, await ask('targets')),
    ({ data }) => data.activeTargets.filter(({ health }) => health === 'up').length === 6,
    30_000,
  )
  expect(data.activeTargets.map(({ lastError }) => lastError)).toEqual(Array(6).fill(''))
  const { data: judged } = await eventually(
    async () => v.parse(Rules, await ask('rules')),
    ({ data }) => data.groups.flatMap(({ rules }) => rules).every(({ health }) => health === 'ok'),
    30_000,
  )
  expect(judged.groups.flatMap(({ rules }) => rules).length).toBeGreaterThan(5)
  expect(market.said()).toContain(`Prometheus`)
  expect(market.said()).toContain(`http://127.0.0.1:${prometheus.port}`)
}, 90_000)

// Guarantee: whoever reads the logs can neither sign in as anybody nor pay with anything.
test('no log holds a password, a token, a hash or a key of all that', async () => {
  secret('the secret of webhooks', (await Bun.file(`${market.dataDir}/stripe-webhook-secret`).text()).trim())
  const logs = logsOf(market.dataDir)
  const said = logs.map(({ name }) => name)
  for (const name of ['auth', 'tickets', 'orders', 'payments', 'web', 'auth-daprd', 'mongod', 'redis', 'stripe'])
    expect(said).toContain(`${name}.log`)
  expect(found(market.dataDir, [['a path', '/api/users/signin']])).toContain('a path in auth.log')
  expect(found(market.dataDir, [...secrets, ...secretsSeen])).toEqual([])
  for (const { name, text } of logs)
    expect({ name, hasHash: /\$argon2id?\$/.test(text) }).toEqual({ name, hasHash: false })
})

test('nor does any span, of an app or of a sidecar', async () => {
  const { body } = await market.visitor().get('/api/tickets/1')
  // Sidecars send every five seconds what they have; after this one nothing of before is still under way.
  await eventually(
    async () => collector.spans.filter(({ traceId, isSidecars }) => isSidecars && traceId === body.traceId),
    (spans) => spans.length > 1,
    30_000,
  )
  const inSpans = ([what, value]: [string, string]) =>
    collector.spans
      .filter(({ text }) => text.includes(value))
      .map(({ service, name }) => `${what} in ${service}: ${name}`)
  expect(inSpans(['a path', '/api/users/signin'])).not.toEqual([])
  expect([...secrets, ...secretsSeen].flatMap(inSpans)).toEqual([])
}, 60_000)
