import { afterAll, beforeEach, expect, setSystemTime, test } from 'bun:test'
import { settingsFrom } from '../environment.ts'
import { createApiDescription } from './description.ts'

/** Which services answer now, behind a stub of the sidecar. */
let up: string[]
let asked: number
const part = (service: string) => ({
  openapi: '3.1.0',
  info: { title: 'Fairpass', version: '1.0.0', description: 'Tickets' },
  servers: [],
  paths: { [`/api/${service}`]: {} },
  components: { schemas: { Problem: {}, [service]: {} }, securitySchemes: { cookie: {} } },
})
const sidecar = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => {
    asked++
    const service = /invoke\/(\w+)\/method\/internal\/openapi.json$/.exec(new URL(request.url).pathname)?.[1] ?? ''
    return up.includes(service) ? Response.json(part(service)) : Response.json({ code: 'x' }, { status: 503 })
  },
})
afterAll(() => {
  setSystemTime()
  return sidecar.stop(true)
})

const all = ['auth', 'tickets', 'orders', 'payments']
const later = (seconds: number) => setSystemTime(new Date(Date.now() + seconds * 1000))
let describe: ReturnType<typeof createApiDescription>

beforeEach(() => {
  up = [...all]
  asked = 0
  describe = createApiDescription(settingsFrom({ DAPR_HTTP_PORT: `${sidecar.port}` }))
})

test('what all services say of themselves is one document, asked for once a minute', async () => {
  const [answer] = await Promise.all([describe(), describe()])
  const document = await answer?.json()
  expect(Object.keys(document.paths)).toEqual(all.map((service) => `/api/${service}`))
  expect(Object.keys(document.components.schemas)).toEqual(['Problem', ...all])
  expect(document).not.toHaveProperty('x-missing')
  expect(asked).toBe(4)
  later(61)
  await describe()
  expect(asked).toBe(8)
})

test('a service that was never heard is named as missing, until it answers', async () => {
  up = ['auth', 'tickets']
  const document = await (await describe())?.json()
  expect(document).toMatchObject({ 'x-missing': ['orders', 'payments'], paths: { '/api/auth': {} } })
  expect(document.info.description).toContain('orders, payments')
  up = [...all]
  later(3)
  expect(await (await describe())?.json()).not.toHaveProperty('x-missing')
})

test('a service that is away now is described as it was last', async () => {
  await describe()
  up = []
  later(61)
  const document = await (await describe())?.json()
  expect(Object.keys(document.paths)).toHaveLength(4)
})

test('while nobody answers there is no document', async () => {
  up = []
  expect(await describe()).toBeUndefined()
})
