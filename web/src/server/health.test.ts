import { afterAll, expect, test } from 'bun:test'
import { createHealth } from './health.ts'

let away = new Set<string>()
const sidecar = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => {
    const service = /invoke\/(\w+)\//.exec(request.url)?.[1] ?? 'sidecar'
    return new Response('{}', { status: away.has(service) ? 503 : 200 })
  },
})
afterAll(() => sidecar.stop(true))

// Guarantee: when the app is ready, no service is still starting.
test('ready once the sidecar and each service have answered, and no service takes that back', async () => {
  const health = createHealth({ daprEndpoint: `http://127.0.0.1:${sidecar.port}`, daprApiToken: undefined })
  const status = async () => (await health('/readyz'))?.status
  away = new Set(['tickets', 'auth'])
  expect(await status()).toBe(503)
  away = new Set(['tickets'])
  expect(await status()).toBe(503)
  away = new Set()
  expect(await status()).toBe(200)
  away = new Set(['tickets'])
  expect(await status()).toBe(200)
  away = new Set(['sidecar'])
  expect(await status()).toBe(503)
  expect((await health('/healthz'))?.status).toBe(200)
  expect(await health('/tickets/1')).toBeUndefined()
})
