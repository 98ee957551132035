import { beforeAll, beforeEach, expect, test } from 'bun:test'
import { metricValue, testDatabase, testSidecar } from '@fairpass/servers/testing'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Dapr } from '../dapr/dapr.ts'
import { ForbiddenError, NotFoundError } from '../errors.ts'
import { newId } from '../mongo/entity.ts'
import { createLog } from '../telemetry/log.ts'
import { type IdempotencyEnv, openIdempotency } from './idempotency.ts'
import { createLimiter } from './limiter.ts'
import { showError } from './problem.ts'
import { addressOf, createRateLimit, RateVariable } from './rate-limit.ts'

const log = createLog('test', 'fatal')
let dapr: Dapr
let name: string

beforeAll(async () => {
  dapr = await testSidecar('limited')
})
beforeEach(() => {
  name = newId()
})

const rateLimit = () => createRateLimit(createLimiter({ dapr, log, secret: '' }))
const rate = { count: 2, seconds: 600 }
const from = (address: string, caller = 'web') => ({
  headers: { 'x-forwarded-for': address, 'dapr-caller-app-id': caller },
})

test('beyond the rate it is 429 with Retry-After, for this address alone', async () => {
  const app = new Hono()
    .onError(showError(log))
    .get('/', rateLimit()({ name, rate, of: addressOf }), (c) => c.text('passed'))
  for (let turn = 0; turn < 2; turn++) expect((await app.request('/', from('203.0.113.7'))).status).toBe(200)
  const refused = await app.request('/', from('203.0.113.7, 127.0.0.1'))
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeWithin(290, 301)
  expect(await refused.json()).toMatchObject({ status: 429, code: 'too_many_requests' })
  expect(await metricValue('fairpass_rate_limited_total', { limit: name })).toBe(1)
  expect((await app.request('/', from('203.0.113.8'))).status).toBe(200)
})

test('failures alone are counted: a success forgets them, another error costs nothing', async () => {
  const app = new Hono()
    .onError(showError(log))
    .get('/:what', rateLimit()({ name, rate, of: () => 'ann', onlyCounts: 'forbidden' }), (c) => {
      if (c.req.param('what') === 'wrong') throw new ForbiddenError()
      if (c.req.param('what') === 'other') throw new NotFoundError()
      return c.text('good')
    })
  const statuses = async (...whats: string[]) => {
    const seen = []
    for (const what of whats) seen.push((await app.request(`/${what}`)).status)
    return seen
  }
  expect(await statuses('good', 'good', 'good', 'other', 'other', 'other')).toEqual([200, 200, 200, 404, 404, 404])
  expect(await statuses('wrong', 'good', 'wrong', 'other', 'wrong')).toEqual([403, 200, 403, 404, 403])
  expect(await statuses('wrong', 'good')).toEqual([429, 429])
})

// Guarantee: in a bad network, where answers are lost and asked for again, one press counts once.
test.each([0, 2, 3])(
  'a repeat under its Idempotency-Key costs nothing, with %p of a budget of three free',
  async (free) => {
    const idempotency = openIdempotency(await testDatabase())
    await idempotency.ensureIndexes()
    const own = { name, rate: { count: 3, seconds: 600 }, free }
    const app = new Hono<IdempotencyEnv>()
      .onError(showError(log))
      .post('/', rateLimit()({ ...own, of: () => 'ann' }), idempotency.middleware, (c) => c.text('made', 201))
    const press = async (key: string) =>
      (await app.request('/', { method: 'POST', headers: { 'idempotency-key': key } })).status
    const statuses = []
    for (const key of ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'a', 'c', 'd']) statuses.push(await press(key))
    expect(statuses).toEqual([...Array(9).fill(201), 429])
  },
)

test('`off` limits nothing', async () => {
  const off = v.parse(RateVariable('1/60'), 'off')
  const app = new Hono().get('/', rateLimit()({ name, rate: off, of: () => 'ann' }), (c) => c.text('passed'))
  for (let turn = 0; turn < 5; turn++) expect((await app.request('/')).status).toBe(200)
})

test('a rate is COUNT/SECONDS, and nothing else', () => {
  expect(v.parse(RateVariable('1/60'), undefined)).toEqual({ count: 1, seconds: 60 })
  expect(v.parse(RateVariable('1/60'), '20/5')).toEqual({ count: 20, seconds: 5 })
  for (const text of ['', '5', '0/60', '5/0', '5/', '-5/60', '5/60s', '1e3/60', ' 5/60', 'none'])
    expect(v.is(RateVariable('1/60'), text)).toBe(false)
})

// Guarantee: nobody chooses whose budget they spend.
test.each([
  ['203.0.113.7', 'web', '203.0.113.7'],
  ['203.0.113.7, 10.0.0.1', 'web', '203.0.113.7'],
  ['::ffff:203.0.113.7', 'web', '203.0.113.7'],
  ['2001:db8:0:1:2:3:4:5', 'web', '2001:db8:0:1'],
  ['2001:0DB8::1', 'web', '2001:db8:0:0'],
  ['2001:db8:1::', 'web', '2001:db8:1:0'],
  ['::1', 'web', '0:0:0:0'],
  ['203.0.113.7', 'orders', undefined],
  ['203.0.113.7', 'web, orders', undefined],
  ['not an address', 'web', undefined],
  ['', 'web', undefined],
] as const)('%p sent by %p is %p', async (sent, caller, address) => {
  const app = new Hono().get('/', (c) => c.json({ address: addressOf(c) }))
  expect(await (await app.request('/', from(sent, caller))).json()).toEqual(address ? { address } : {})
})
