import { beforeAll, expect, test } from 'bun:test'
import { testRedis, testSidecar } from '@fairpass/servers/testing'
import { RedisClient } from 'bun'
import { createDapr, type Dapr } from '../dapr/dapr.ts'
import { newId } from '../mongo/entity.ts'
import { createLog } from '../telemetry/log.ts'
import { createLimiter } from './limiter.ts'

const log = createLog('test', 'fatal')

let dapr: Dapr
let redis: RedisClient

beforeAll(async () => {
  dapr = await testSidecar('limited')
  redis = new RedisClient(`redis://${await testRedis()}`)
})

const replica = (over: Partial<Parameters<typeof createLimiter>[0]> = {}) =>
  createLimiter({ dapr, log, secret: 'a secret of the test', ...over })

const isAllowed = (wait: number | undefined) => wait === undefined
const limit = (count: number, seconds: number, free = 0) => ({ name: 'test', rate: { count, seconds }, free })

// Guarantee: a budget is one, however many replicas grant it and however many ask at once.
test('of a hundred at once, at three replicas, as many pass as the rate says', async () => {
  const replicas = [replica(), replica(), replica()]
  const subject = newId()
  const waits = await Promise.all(
    Array.from({ length: 102 }, (_, index) => replicas[index % 3]?.take(limit(20, 600), subject)),
  )
  expect(waits.filter(isAllowed)).toHaveLength(20)
  for (const wait of waits) expect(wait ?? 1).toBeWithin(1, 31)
})

test('one passes again each time its share of the seconds has passed', async () => {
  let now = Date.now()
  const limiter = replica({ now: () => now })
  const subject = newId()
  const isNextAllowed = async () => isAllowed(await limiter.take(limit(2, 60), subject))
  expect([await isNextAllowed(), await isNextAllowed(), await isNextAllowed()]).toEqual([true, true, false])
  now += 29_999
  expect(await isNextAllowed()).toBe(false)
  expect(await limiter.take(limit(2, 60), subject)).toBe(1)
  now += 1
  expect([await isNextAllowed(), await isNextAllowed()]).toEqual([true, false])
})

test('what is given back can be spent again, and a forgotten budget is whole', async () => {
  const limiter = replica()
  const subject = newId()
  const spent = async () => !isAllowed(await limiter.take(limit(2, 600), subject))
  expect([await spent(), await spent(), await spent()]).toEqual([false, false, true])
  await limiter.refund(limit(2, 600), subject)
  expect([await spent(), await spent()]).toEqual([false, true])
  await limiter.forget(limit(2, 600), subject)
  expect([await spent(), await spent(), await spent()]).toEqual([false, false, true])
})

test('what a replica grants by itself costs no call, and is charged with the first that does', async () => {
  let calls = 0
  const getState: Dapr['getState'] = (...given) => {
    calls++
    return dapr.getState(...given)
  }
  const limiter = replica({ dapr: { ...dapr, getState } })
  const subject = newId()
  for (let turn = 0; turn < 5; turn++) expect(isAllowed(await limiter.take(limit(8, 600, 5), subject))).toBe(true)
  expect(calls).toBe(0)
  const rest = []
  for (let turn = 0; turn < 5; turn++) rest.push(isAllowed(await limiter.take(limit(8, 600, 5), subject)))
  expect(rest).toEqual([true, true, true, false, false])
  expect(calls).toBe(5)
})

test('a crowd costs a few rounds, not one each', async () => {
  let writes = 0
  const saveState: Dapr['saveState'] = (...given) => {
    writes++
    return dapr.saveState(...given)
  }
  const limiter = replica({ dapr: { ...dapr, saveState } })
  await Promise.all(Array.from({ length: 500 }, () => limiter.take(limit(1_000, 60), 'one address')))
  expect(writes).toBeLessThanOrEqual(3)
})

// Guarantee: a reader of the state store learns nobody's address, and it does not fill up with who once came.
test('no subject is readable in Redis, and every budget ends by itself', async () => {
  const subject = 'somebody@example.com 203.0.113.7'
  await replica().take(limit(5, 60), subject)
  const keys = (await redis.send('KEYS', ['limited||limit:*'])) as string[]
  expect(keys.length).toBeGreaterThan(0)
  for (const key of keys) {
    const kept = `${key} ${JSON.stringify(await redis.send('HGETALL', [key]))}`
    expect(kept).not.toMatch(/somebody|203\.0/)
    expect(Number(await redis.send('TTL', [key]))).toBeWithin(1, 601)
  }
})

// Guarantee: a limit never closes what it protects.
test('without a state store everything passes, at once', async () => {
  const away = createDapr({ httpPort: 1 })
  const limiter = replica({ dapr: away })
  for (let turn = 0; turn < 5; turn++) expect(isAllowed(await limiter.take(limit(1, 600), 'somebody'))).toBe(true)
  const hanging = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Promise<Response>(() => {}) })
  const slow = replica({ dapr: createDapr({ httpPort: hanging.port ?? 0 }) })
  const startedAt = performance.now()
  for (let turn = 0; turn < 5; turn++) expect(isAllowed(await slow.take(limit(1, 600), 'somebody'))).toBe(true)
  expect(performance.now() - startedAt).toBeLessThan(1_500)
  await hanging.stop(true)
})

test('what is kept under the key and is no budget counts as nothing spent', async () => {
  let key = ''
  const saveState: Dapr['saveState'] = (name, ...rest) => {
    key = name
    return dapr.saveState(name, ...rest)
  }
  const limiter = replica({ dapr: { ...dapr, saveState } })
  await limiter.take(limit(1, 600), 'odd')
  await dapr.deleteState(key)
  await dapr.saveState(key, { not: 'a budget' }, undefined)
  expect(isAllowed(await limiter.take(limit(1, 600), 'odd'))).toBe(true)
  expect(isAllowed(await limiter.take(limit(1, 600), 'odd'))).toBe(false)
})

// Guarantee: a clock that is set back keeps nobody out until it has caught up, and switches no limit off.
test('after the clock was set back by an hour a budget is whole, and a limit again', async () => {
  let now = Date.now()
  const limiter = replica({ now: () => now })
  const subject = newId()
  const isNextAllowed = async () => isAllowed(await limiter.take(limit(2, 60), subject))
  for (let round = 0; round < 2; round++) {
    expect([await isNextAllowed(), await isNextAllowed(), await isNextAllowed()]).toEqual([true, true, false])
    now -= 3_600_000
  }
})
