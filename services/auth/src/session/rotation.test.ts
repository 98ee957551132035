import { afterEach, beforeAll, expect, setSystemTime, test } from 'bun:test'
import type { Dapr } from '@fairpass/sdk/dapr'
import { createVerifier } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { createLog } from '@fairpass/sdk/telemetry'
import { testSidecar } from '@fairpass/servers/testing'
import { createWorld } from '../testing/world.ts'

type World = Awaited<ReturnType<typeof createWorld>>

const [oldKey, newKey] = ['the key of yesterday', 'the key of tomorrow']
const log = createLog('orders', 'fatal')

/** Which auth answers now: each deployment of it is a world of its own; none, and it is down. */
let deployed: World | undefined
let orders: Dapr

const answer = (request: Request) => {
  if (new URL(request.url).pathname === '/healthz') return new Response('alive')
  return deployed?.app.fetch(request) ?? new Response(null, { status: 503 })
}

beforeAll(async () => {
  await testSidecar('auth', { fetch: answer })
  orders = await testSidecar(`service-${newId()}`)
}, 60_000)
afterEach(() => {
  setSystemTime()
})

const deploy = async (env: Record<string, string>) => {
  deployed = await createWorld({ env })
  return deployed
}

const user = { id: newId(), role: 'user', sessionId: newId() } as const
const issued = (world: World) => world.tokens.issue(user, new Date())
const keyIdOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid

/** An unknown key may be asked for every two seconds, a known one every ten minutes; nobody has to wait for either. */
const later = (seconds: number) => setSystemTime(new Date(Date.now() + seconds * 1000))

/** A service that has just started. */
const service = () => createVerifier({ dapr: orders, log })

// Guarantee: replacing the key signs nobody out, and what it signed is worth nothing once it is gone.
test('tokens of the previous key verify while it is replaced, and are refused afterwards', async () => {
  const running = service()
  const before = await issued(await deploy({ JWT_KEY: oldKey }))
  expect(await running.verify(before)).toMatchObject(user)

  const rotating = await deploy({ JWT_KEY: newKey, JWT_KEY_PREVIOUS: oldKey })
  const during = await issued(rotating)
  for (const token of [before, during]) expect(await rotating.tokens.verify(token)).toMatchObject(user)
  expect(keyIdOf(during)).not.toBe(keyIdOf(before))
  later(3)
  for (const token of [before, during]) expect(await running.verify(token)).toMatchObject(user)

  // Auth is down now: a service that starts meanwhile knows both keys from the state store.
  deployed = undefined
  const startedMeanwhile = service()
  for (const token of [before, during]) expect(await startedMeanwhile.verify(token)).toMatchObject(user)

  const { tokens } = await deploy({ JWT_KEY: newKey })
  expect(await tokens.verify(before)).toBeUndefined()
  later(11 * 60)
  for (const { keepFresh } of [running, startedMeanwhile]) await keepFresh()
  for (const { verify } of [running, startedMeanwhile, service()]) {
    expect(await verify(during)).toMatchObject(user)
    expect(await verify(before)).toBeUndefined()
  }
}, 60_000)

// Guarantee: a key that leaked is gone from every service with the first token of its successor.
test('the first token of a new key makes a service forget the old one', async () => {
  const running = service()
  const before = await issued(await deploy({ JWT_KEY: oldKey }))
  expect(await running.verify(before)).toMatchObject(user)
  const after = await issued(await deploy({ JWT_KEY: newKey }))
  later(3)
  expect(await running.verify(after)).toMatchObject(user)
  expect(await running.verify(before)).toBeUndefined()
}, 60_000)

test('who holds a session keeps it through the rotation', async () => {
  const world = await deploy({ JWT_KEY: oldKey })
  const ann = await world.signedUp()
  const rotated = await createWorld({ env: { JWT_KEY: newKey, JWT_KEY_PREVIOUS: oldKey }, db: world.db })
  const again = rotated.visitor(ann.cookies)
  expect(await again.currentUser()).toMatchObject({ currentUser: { id: ann.id } })
  expect((await again.send('POST', '/api/users/refresh')).status).toBe(200)
  expect(keyIdOf(again.accessToken())).toBe(rotated.tokens.jwks.keys[0]?.kid)
})

test('both keys are published, the one that signs first, and nothing private', async () => {
  const { tokens } = await createWorld({ env: { JWT_KEY: newKey, JWT_KEY_PREVIOUS: oldKey } })
  const [next, previous] = tokens.jwks.keys
  expect(next?.kid).toBe(keyIdOf(await tokens.issue(user, new Date())))
  expect(previous?.kid).not.toBe(next?.kid)
  expect(JSON.stringify(tokens.jwks)).not.toContain('"d"')
  const same = await createWorld({ env: { JWT_KEY: newKey, JWT_KEY_PREVIOUS: newKey } })
  expect(same.tokens.jwks.keys).toHaveLength(1)
})
