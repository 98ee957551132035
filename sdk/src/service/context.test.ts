import { afterEach, beforeAll, expect, setSystemTime, test } from 'bun:test'
import { testDatabase, testSidecar } from '@fairpass/servers/testing'
import { Hono } from 'hono'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Dapr } from '../dapr/dapr.ts'
import { event } from '../events/events.ts'
import { showError } from '../http/problem.ts'
import { accessToken } from '../identity/tokens.ts'
import { newId } from '../mongo/entity.ts'
import { createLog } from '../telemetry/log.ts'
import { createServiceContext } from './context.ts'

// Promise 8: a banned account is refused by every service within a second, whichever of its replicas got the event.

const log = createLog('test', 'fatal')
const { privateKey, publicKey } = await generateKeyPair(accessToken.algorithm)
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'first' }] }
const config = { PUBLIC_ORIGIN: 'http://localhost:3000', ACCESS_TOKEN_SECONDS: 900 }

type Replica = ReturnType<typeof replicaOf>
let first: Replica
let other: Replica
let start: () => Promise<Replica>
let readStates: Dapr['getStates']

const replicaOf = (context: ReturnType<typeof createServiceContext>) => {
  const app = new Hono()
    .onError(showError(log))
    .route('/', context.subscriptionRoutes)
    .get('/mine', context.identity.signedIn, (c) => c.json({}))
  return {
    deliver: (told: ReturnType<typeof event>) =>
      app.request(`/events/${told.type}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(told),
      }),
    ask: async (token: string) =>
      (await app.request('/mine', { headers: { authorization: `Bearer ${token}` } })).status,
  }
}

afterEach(() => {
  setSystemTime()
})

beforeAll(async () => {
  const [db, sidecar] = await Promise.all([testDatabase(), testSidecar('orders')])
  const auth = { 'internal/bans': { bans: [] }, 'api/users/.well-known/jwks.json': jwks }
  readStates = sidecar.getStates
  const dapr = {
    ...sidecar,
    getStates: (...asked: Parameters<Dapr['getStates']>) => readStates(...asked),
    invoke: async (_: string, path: string) => auth[path as keyof typeof auth] as never,
  }
  start = async () => {
    const context = createServiceContext({ name: 'orders', config, db, dapr, log })
    await context.prepare()
    return replicaOf(context)
  }
  first = await start()
  other = await start()
})

const token = (userId: string, sid = newId()) =>
  new SignJWT({ role: 'user', sid })
    .setProtectedHeader({ alg: accessToken.algorithm, typ: accessToken.typ, kid: 'first' })
    .setIssuer(accessToken.issuer)
    .setAudience(accessToken.audience)
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime('15 minutes')
    .sign(privateKey)

test('a ban that one replica was told of is felt by all', async () => {
  const userId = newId()
  const own = await token(userId)
  const stranger = await token(newId())
  for (const replica of [first, other]) expect(await replica.ask(own)).toBe(200)
  const ban = event('user.banned', { id: userId, version: 2, at: new Date(Date.now() + 1_000).toISOString() })
  expect((await first.deliver(ban)).status).toBe(200)
  expect(await first.ask(own)).toBe(403)
  setSystemTime(new Date(Date.now() + 1_000))
  expect(await other.ask(own)).toBe(403)
  for (const replica of [first, other]) expect(await replica.ask(stranger)).toBe(200)
})

test('a replica that has just started lets nobody in who was banned before', async () => {
  const userId = newId()
  const own = await token(userId)
  const ban = event('user.banned', { id: userId, version: 2, at: new Date(Date.now() + 1_000).toISOString() })
  await first.deliver(ban)
  expect(await (await start()).ask(own)).toBe(403)
})

test('a replica knows who is banned from its start on, though the state store goes away before its first request', async () => {
  const userId = newId()
  const own = await token(userId)
  const ban = event('user.banned', { id: userId, version: 2, at: new Date(Date.now() + 1_000).toISOString() })
  await first.deliver(ban)
  const started = await start()
  const readAsUsual = readStates
  readStates = () => Promise.reject(new Error('away'))
  expect(await started.ask(own)).toBe(403)
  readStates = readAsUsual
})

test('an access token is refused by all once one replica was told that its session ended', async () => {
  const [userId, sessionId] = [newId(), newId()]
  const [own, elsewhere] = [await token(userId, sessionId), await token(userId)]
  expect(
    (await first.deliver(event('session.ended', { id: sessionId, version: 2, at: new Date().toISOString() }))).status,
  ).toBe(200)
  setSystemTime(new Date(Date.now() + 5_000))
  for (const replica of [first, other, await start()]) {
    expect(await replica.ask(own)).toBe(401)
    expect(await replica.ask(elsewhere)).toBe(200)
  }
})

// Guarantee: an outage of the state store signs nobody out, holds nobody up, and lets nobody back in who was banned.
test('while the state store is away, what is known of bans counts, and nobody waits for it', async () => {
  const [banned, stranger] = [newId(), newId()]
  const [own, others] = [await token(banned), await token(stranger)]
  await first.deliver(event('user.banned', { id: banned, version: 2, at: new Date(Date.now() + 1_000).toISOString() }))
  expect(await other.ask(own)).toBe(403)
  readStates = () => new Promise((_, reject) => setTimeout(reject, 200, new Error('away')))
  setSystemTime(new Date(Date.now() + 20_000))
  expect([await other.ask(own), await other.ask(others)]).toEqual([403, 200])
  readStates = () => new Promise(() => {})
  setSystemTime(new Date(Date.now() + 1_000))
  expect([await other.ask(own), await other.ask(others)]).toEqual([403, 200])
})
