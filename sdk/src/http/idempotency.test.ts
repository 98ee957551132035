import { beforeEach, expect, test } from 'bun:test'
import { testDatabase } from '@fairpass/servers/testing'
import { Hono } from 'hono'
import { ServiceUnavailableError } from '../errors.ts'
import { newId } from '../mongo/entity.ts'
import { createLog } from '../telemetry/log.ts'
import { type IdempotencyEnv, openIdempotency } from './idempotency.ts'
import { showError } from './problem.ts'

// Promise 7: the same idempotency key gives the same answer.

let made: number
let isDown: boolean
let db: Awaited<ReturnType<typeof testDatabase>>
let app: Hono<IdempotencyEnv>

beforeEach(async () => {
  made = 0
  isDown = false
  db = await testDatabase()
  const idempotency = openIdempotency(db)
  await idempotency.ensureIndexes()
  app = new Hono<IdempotencyEnv>()
    .onError(showError(createLog('test', 'fatal')))
    .use(async (c, next) => {
      c.set('caller', c.req.header('x-caller') ?? 'anonymous')
      await next()
    })
    .post('/things', idempotency.middleware, async (c) => {
      if (isDown) throw new ServiceUnavailableError()
      made++
      await Bun.sleep(20)
      c.header('set-cookie', `secret=${made}-of-the-visitor`)
      return c.json({ made, id: c.var.idempotentId ?? null }, 201)
    })
})

const post = (key: string | undefined, body: unknown = { a: 1 }, caller = 'anna') =>
  app.request('/things', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-caller': caller, ...(key ? { 'idempotency-key': key } : {}) },
  })

test('eight at once with one key: done once, answered alike, cookies included', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => post('k1')))
  expect(made).toBe(1)
  expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1)
  for (const answer of answers) {
    expect(answer.status).toBe(201)
    expect(answer.headers.get('set-cookie')).toBe('secret=1-of-the-visitor')
  }
})

test('another body under the same key is refused, another key is another request', async () => {
  await post('k1')
  const reused = await post('k1', { a: 2 })
  expect([reused.status, ((await reused.json()) as { code: string }).code]).toEqual([409, 'idempotency_key_reused'])
  await post('k2')
  await post(undefined)
  expect(made).toBe(3)
})

test('another file under the same key is refused, and so is the same file asked about otherwise', async () => {
  const send = (bytes: number[], query = '') =>
    app.request(`/things${query}`, {
      method: 'POST',
      body: new Uint8Array(bytes),
      headers: { 'idempotency-key': 'file' },
    })
  // Neither is UTF-8: as text both would be the same question mark.
  const file = [0x89, 0x50, 0xff]
  expect((await send(file)).status).toBe(201)
  const again = await send(file)
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
  expect((await send([0x89, 0x50, 0xfe])).status).toBe(409)
  expect((await send(file, '?anyway=true')).status).toBe(409)
  expect(made).toBe(1)
})

// Guarantee: a repeat that reaches another version of Fairpass is known there as the same request.
test('what a request is known by stays as versions before noted it', async () => {
  await post('k1', { city: 'Zürich 🎸' })
  expect(await db.collection('idempotency').findOne()).toMatchObject({
    _id: 'ca299eb660409deb1c5da15efa66e0aff63b1d01a420465df31bfe59af4377aa' as never,
    fingerprint: '1786c7f39af593176bffefc2cd58257de4683d119c4386ff5906be066a8e8057',
  })
})

test("nobody gets another caller's answer, though key and body are the same", async () => {
  const [annas, bens] = [await post('k1'), await post('k1', { a: 1 }, 'ben')]
  expect([annas.headers.get('set-cookie'), bens.headers.get('set-cookie')]).toEqual([
    'secret=1-of-the-visitor',
    'secret=2-of-the-visitor',
  ])
})

test('a failure on our side is not kept', async () => {
  isDown = true
  expect((await post('k1')).status).toBe(503)
  isDown = false
  expect((await post('k1')).status).toBe(201)
})

test('what is kept cannot be read from the database', async () => {
  await post('the key of the visitor')
  const kept = JSON.stringify(await db.collection('idempotency').find().toArray())
  expect(kept).not.toContain('of-the-visitor')
  expect(kept).not.toContain('the key of the visitor')
})

test('a request that was cut off yields the same id when it is repeated', async () => {
  const first = ((await (await post('k1')).json()) as { id: string }).id
  // As if the process had been killed before the answer was stored, a minute ago.
  await db.collection('idempotency').updateMany({}, { $unset: { answer: '' }, $set: { lockedUntil: new Date(0) } })
  const second = ((await (await post('k1')).json()) as { id: string }).id
  expect(second).toBe(first)
  expect(first).toMatch(/^[0-9a-f]{24}$/)
})

test('a key that is no key is refused', async () => {
  expect((await post('x'.repeat(256))).status).toBe(400)
})

// Guarantee: lists that sort by id show the newest first, with an Idempotency-Key or without.
test('what is created under a key carries the time of its first request, in the order of time', async () => {
  const ids: string[] = []
  for (let nth = 0; nth < 20; nth++) {
    const { id } = (await (await post(`key-${nth}`)).json()) as { id: string }
    ids.push(id, newId())
    await Bun.sleep(2)
  }
  expect(ids).toEqual([...ids].sort())
  expect(new Set(ids).size).toBe(40)
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{24}$/)
    expect(Math.abs(Number.parseInt(id.slice(0, 8), 16) - Date.now() / 1000)).toBeLessThan(10)
  }
})

test('a repeat after a failure yields the id of the first try, however much later it comes', async () => {
  const seen: unknown[] = []
  const flaky = new Hono<IdempotencyEnv>().post('/things', openIdempotency(db).middleware, async (c) => {
    seen.push(c.var.idempotentId)
    return c.json({}, seen.length < 3 ? 503 : 201)
  })
  for (let tries = 0; tries < 4; tries++) {
    await flaky.request('/things', { method: 'POST', body: '{}', headers: { 'idempotency-key': 'again' } })
    await Bun.sleep(5)
  }
  expect(seen).toHaveLength(3)
  expect(new Set(seen).size).toBe(1)
})

// Guarantee: a refusal that passes with time is not stored for two days.
test.each([409, 429, 503, 401])('a %p is asked again under the same key', async (status) => {
  let asked = 0
  const busy = new Hono<IdempotencyEnv>().post('/things', openIdempotency(db).middleware, (c) =>
    c.json({}, ++asked === 1 ? (status as 409) : 201),
  )
  const ask = () => busy.request('/things', { method: 'POST', body: '{}', headers: { 'idempotency-key': 'busy' } })
  expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([status, 201, 201])
  expect(asked).toBe(2)
})

test('a lock that is left over from before the clock was set back is taken over', async () => {
  isDown = true
  expect((await post('k1')).status).toBe(503)
  isDown = false
  const lockedUntil = new Date(Date.now() + 3_600_000)
  await db.collection('idempotency').updateMany({}, { $set: { lockedUntil } })
  expect((await post('k1')).status).toBe(201)
}, 20_000)

test('a request that is under way while the clock is set back is done once', async () => {
  const begun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  let done = 0
  const slow = new Hono<IdempotencyEnv>().post('/things', openIdempotency(db).middleware, async (c) => {
    done++
    begun.resolve()
    await goOn.promise
    return c.json({ done }, 201)
  })
  const ask = () => slow.request('/things', { method: 'POST', body: '{}', headers: { 'idempotency-key': 'slow' } })
  const first = ask()
  await begun.promise
  const locks = db.collection('idempotency')
  const lockedUntil = new Date(Date.now() + 3_600_000)
  await locks.updateMany({}, { $set: { lockedUntil } })
  const second = ask()
  // Its lock is renewed by today's time.
  while ((await locks.findOne())?.lockedUntil >= lockedUntil) await Bun.sleep(20)
  goOn.resolve()
  expect(await Promise.all([first, second].map(async (answer) => (await answer).json()))).toEqual([
    { done: 1 },
    { done: 1 },
  ])
}, 20_000)
