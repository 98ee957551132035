import { expect, test } from 'bun:test'
import { createLog } from '../telemetry/log.ts'
import { createServiceApp, maxBodyBytes, onlyFrom, sidecarOnly } from './app.ts'

const publicOrigin = 'https://fair.example'
let isPrepared = true

const app = createServiceApp({
  log: createLog('test', 'fatal'),
  appToken: 'the token of the sidecar',
  publicOrigin,
  isPrepared: () => isPrepared,
  isReady: async () => true,
  answerWithinMs: 100,
})
  .post('/api/things', async (c) => c.json({ length: (await c.req.text()).length }, 201))
  .get('/api/things', (c) => c.json({}))
  .get('/api/late', async (c) => {
    await Bun.sleep(1_000)
    return c.json({})
  })
  .get('/internal/things', onlyFrom('orders', 'payments'), (c) => c.json({}))
  .post('/events/thing', sidecarOnly, (c) => c.json({}))

const statusOf = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
  const fromSidecar = { 'dapr-api-token': 'the token of the sidecar', ...headers }
  const answer = await app.request(path, { method, headers: fromSidecar, ...(body === undefined ? {} : { body }) })
  return answer.status
}

// Guarantee: whoever reaches a service's port without its sidecar, from the same host or network, gets nothing.
test('only the own sidecar is answered, and everybody about health', async () => {
  expect(await statusOf('GET', '/api/things')).toBe(200)
  for (const token of ['', 'guessed', 'the token of the sideca', 'the token of the sidecar2'])
    for (const path of ['/api/things', '/internal/things', '/dapr/subscribe', '/nothing'])
      expect(await statusOf('GET', path, { 'dapr-api-token': token, 'dapr-caller-app-id': 'orders' })).toBe(403)
  for (const path of ['/healthz', '/readyz']) expect(await statusOf('GET', path, { 'dapr-api-token': '' })).toBe(200)
})

test('what is internal is there for the named apps alone', async () => {
  for (const caller of ['orders', 'payments'])
    expect(await statusOf('GET', '/internal/things', { 'dapr-caller-app-id': caller })).toBe(200)
  for (const caller of ['web', '', 'web, orders', 'orders, web', 'Orders', 'orders ,', 'order'])
    expect(await statusOf('GET', '/internal/things', { 'dapr-caller-app-id': caller })).toBe(404)
  expect(await statusOf('GET', '/internal/things')).toBe(404)
})

test('what the own sidecar delivers is no other app’s to send', async () => {
  expect(await statusOf('POST', '/events/thing')).toBe(200)
  expect(await statusOf('POST', '/events/thing', { 'dapr-caller-app-id': 'web' })).toBe(404)
})

test('a page of another origin changes nothing, and may not even ask', async () => {
  const json = { 'content-type': 'application/json' }
  expect(await statusOf('POST', '/api/things', { ...json, origin: publicOrigin }, '{}')).toBe(201)
  for (const origin of ['https://elsewhere.example', 'null', 'http://fair.example', `${publicOrigin}.example`])
    expect(await statusOf('POST', '/api/things', { ...json, origin }, '{}')).toBe(403)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    expect(await statusOf('POST', '/api/things', { 'content-type': type }, '{}')).toBe(415)
})

test('what is packed is refused, since nobody unpacks it', async () => {
  const json = { 'content-type': 'application/json' }
  for (const encoding of ['gzip', 'br', 'deflate, gzip', 'x'])
    expect(await statusOf('POST', '/api/things', { ...json, 'content-encoding': encoding }, '{}')).toBe(415)
  for (const encoding of ['identity', ''])
    expect(await statusOf('POST', '/api/things', { ...json, 'content-encoding': encoding }, '{}')).toBe(201)
})

test('a body has a bound, whether or not it says how long it is', async () => {
  const json = { 'content-type': 'application/json' }
  expect(await statusOf('POST', '/api/things', json, 'x'.repeat(maxBodyBytes))).toBe(201)
  expect(await statusOf('POST', '/api/things', json, 'x'.repeat(maxBodyBytes + 1))).toBe(413)
})

test('before its indexes are there a service answers nobody', async () => {
  isPrepared = false
  expect(await statusOf('GET', '/api/things')).toBe(503)
  expect(await statusOf('GET', '/readyz')).toBe(503)
  isPrepared = true
  expect(await statusOf('GET', '/api/things')).toBe(200)
})

// Guarantee: time-outs of calls in a row add up to less than the gateway waits, so that the answer says what is wrong.
test('a request that takes too long is answered in time', async () => {
  const begun = performance.now()
  expect(await statusOf('GET', '/api/late')).toBe(503)
  expect(performance.now() - begun).toBeLessThan(900)
})
