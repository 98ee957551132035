import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as v from 'valibot'
import { eventually, listTicket, type Marketplace } from '../marketplace.ts'
import type { SeenSpan } from '../otlp/collector.ts'
import { collector, haveLooked, observedMarketplace } from '../otlp/observed.ts'
import { expectStatus } from '../visitor.ts'

let market: Marketplace

beforeAll(async () => {
  market = await observedMarketplace()
}, 180_000)

afterAll(() => haveLooked('observing'), 30_000)

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
    'expiration: register reminder',
  ])
  expect(rootsOf(bought)).toEqual(['web: POST /tickets/*'])

  expectStatus(await buyer.pay(orderId), 201)
  const paid = await traceWith('payments', 'POST /api/payments', [
    'payments: Stripe confirm',
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
  ['payments', 'fairpass_stripe_request_seconds_count', { call: 'capture', outcome: 'told' }, 1],
  ['payments', 'fairpass_payments_unfinished', { status: 'captured' }],
  ['payments', 'fairpass_payments_unfinished_oldest_seconds', {}, 0],
  ['payments', 'fairpass_webhooks_failed', {}],
  ['payments', 'fairpass_invariant_violations', { invariant: 'ledger_sum' }],
  ['payments', 'fairpass_invariant_violations', { invariant: 'captured_without_order' }],
  ['expiration', 'fairpass_events_applied_total', { type: 'order.created', outcome: 'applied' }, 1],
  ['tickets', 'fairpass_outbox_pending', { collection: 'tickets' }, 0],
  ['tickets', 'fairpass_dead_letters', {}],
  ['auth', 'fairpass_outbox_oldest_seconds', { collection: 'accounts' }, 0],
  ['auth', 'process_resident_memory_bytes', {}, 1],
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
