import { afterEach, beforeEach, expect, setSystemTime, test } from 'bun:test'
import { testSidecar } from '@fairpass/servers/testing'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Dapr } from '../dapr/dapr.ts'
import { ServiceUnavailableError } from '../errors.ts'
import { newId } from '../mongo/entity.ts'
import { createLog } from '../telemetry/log.ts'
import { accessToken, createTokenVerifier, createVerifier } from './tokens.ts'

// Promise 8: with auth down, valid tokens still work. What a token must be is tested in
// services/auth/src/session/tokens.test.ts.

let dapr: Dapr
let isAuthThere: boolean
let asked: number
let served: unknown

const { privateKey, publicKey } = await generateKeyPair(accessToken.algorithm)
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'first' }] }
const withSecond = { keys: [...jwks.keys, { ...jwks.keys[0], kid: 'second' }] }
/** The moment passes within which auth is not asked again. */
const askAgain = () => setSystemTime(new Date(Date.now() + 1_000))

const token = (userId: string, kid = 'first', lifetime = '2 hours') =>
  new SignJWT({ role: 'user', sid: newId() })
    .setProtectedHeader({ alg: accessToken.algorithm, typ: accessToken.typ, kid })
    .setIssuer(accessToken.issuer)
    .setAudience(accessToken.audience)
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(privateKey)

/** A replica that has just started, beside a real sidecar. */
const started = (more: Partial<Dapr> = {}) =>
  createVerifier({
    dapr: {
      ...dapr,
      ...more,
      invoke: async () => {
        asked++
        if (!isAuthThere) throw new ServiceUnavailableError()
        return served as never
      },
    },
    log: createLog('test', 'silent'),
  })

beforeEach(async () => {
  // Each service keeps the keys under its own app id, so each test is a service of its own.
  dapr = await testSidecar(`service-${newId()}`)
  isAuthThere = true
  asked = 0
  served = jwks
})

afterEach(() => {
  setSystemTime()
})

test('an hour without auth signs nobody out', async () => {
  const userId = newId()
  const verifier = started()
  const hers = await token(userId)
  expect(await verifier.verify(hers)).toMatchObject({ id: userId })
  isAuthThere = false
  for (let minutes = 10; minutes <= 60; minutes += 10) {
    setSystemTime(new Date(Date.now() + 11 * 60_000))
    await verifier.keepFresh()
    for (const one of [verifier, started()]) expect(await one.verify(hers)).toMatchObject({ id: userId })
  }
  expect(asked).toBeGreaterThan(10)
})

test('a service that starts while auth is away knows who is calling', async () => {
  const userId = newId()
  const before = started()
  expect(await before.verify(await token(userId))).toMatchObject({ id: userId })
  isAuthThere = false
  expect(await before.verify(await token(userId))).toMatchObject({ id: userId })
  expect(await started().verify(await token(userId))).toMatchObject({ id: userId })
})

// Guarantee: a Redis that was lost signs nobody out, also when auth is away next.
test('a state store that lost the keys is given them again, without asking auth', async () => {
  const userId = newId()
  const before = started()
  await before.verify(await token(userId))
  await dapr.deleteState('jwks')
  isAuthThere = false
  await before.keepFresh()
  expect(asked).toBe(1)
  expect(await started().verify(await token(userId))).toMatchObject({ id: userId })
})

test('a service that never knew the keys says that it cannot tell, not that the token is bad', async () => {
  isAuthThere = false
  await expect(started().verify(await token(newId()))).rejects.toBeInstanceOf(ServiceUnavailableError)
})

// Guarantee: after the key was replaced nobody is refused because a service was up before auth.
test('a token of a newer key than the stored ones: auth is asked, and while it is away nobody can tell', async () => {
  await started().verify(await token(newId()))
  isAuthThere = false
  const verifier = started()
  await verifier.keepFresh()
  const userId = newId()
  const newest = await token(userId, 'second')
  await expect(verifier.verify(newest)).rejects.toBeInstanceOf(ServiceUnavailableError)
  isAuthThere = true
  served = withSecond
  askAgain()
  expect(await verifier.verify(newest)).toMatchObject({ id: userId })
  expect(await verifier.verify(await token(newId(), 'forged'))).toBeUndefined()
})

test('while auth comes back and its newer keys are stored, none of their tokens is refused', async () => {
  await started().verify(await token(newId()))
  isAuthThere = false
  const verifier = started({
    saveState: async (...args) => {
      await Bun.sleep(20)
      return dapr.saveState(...args)
    },
  })
  await verifier.keepFresh()
  isAuthThere = true
  served = withSecond
  askAgain()
  const verified = Array.from({ length: 10 }, async (_, nth) => {
    const hers = await token(newId(), 'second')
    await Bun.sleep(nth * 3)
    return verifier.verify(hers)
  })
  expect(await Promise.all(verified)).not.toContain(undefined)
})

test('keys that could not be stored are not given up for older ones while auth is away', async () => {
  await started().verify(await token(newId()))
  served = withSecond
  const verifier = started({ saveState: async () => false })
  await verifier.keepFresh()
  isAuthThere = false
  setSystemTime(new Date(Date.now() + 11 * 60_000))
  await verifier.keepFresh()
  expect(await verifier.verify(await token(newId(), 'second'))).toBeDefined()
})

// Guarantee: forged tokens are no way to flood auth.
test('tokens of unknown keys are refused without asking auth for each', async () => {
  const verifier = started()
  await verifier.verify(await token(newId()))
  for (let count = 0; count < 10; count++)
    expect(await verifier.verify(await token(newId(), `forged ${count}`))).toBeUndefined()
  expect(asked).toBe(1)
})

test('while auth is away, tokens of unknown keys ask for it a few times a second at most', async () => {
  await started().verify(await token(newId()))
  isAuthThere = false
  const verifier = started()
  await verifier.keepFresh()
  const before = asked
  for (let count = 0; count < 50; count++)
    await expect(verifier.verify(await token(newId(), `forged ${count}`))).rejects.toBeInstanceOf(
      ServiceUnavailableError,
    )
  expect(asked - before).toBeLessThan(5)
})

// Guarantee: a token that was verified is not believed longer than one that was not.
test('a token is verified once, and ends when it ends', async () => {
  let verifications = 0
  const { verify } = createTokenVerifier(async () => {
    verifications++
    return publicKey
  })
  const userId = newId()
  const hers = await token(userId, 'first', '1 minute')
  for (let count = 0; count < 5; count++) expect(await verify(hers)).toMatchObject({ id: userId })
  expect(await verify(`${hers.slice(0, -4)}AAAA`)).toBeUndefined()
  expect(verifications).toBe(2)
  setSystemTime(new Date(Date.now() + 59_000))
  expect(await verify(hers)).toMatchObject({ id: userId })
  setSystemTime(new Date(Date.now() + 1_000))
  expect(await verify(hers)).toBeUndefined()
})

test('tokens of a key that auth has taken back are refused once the keys were fetched again', async () => {
  const verifier = started()
  const hers = await token(newId())
  expect(await verifier.verify(hers)).toBeDefined()
  served = { keys: [{ ...jwks.keys[0], kid: 'second' }] }
  setSystemTime(new Date(Date.now() + 11 * 60_000))
  await verifier.keepFresh()
  expect(await verifier.verify(hers)).toBeUndefined()
})

// Guarantee: where the clock was set back, nobody has a token that lives longer than tokens do, or that no ban is later than.
test('a token of a clock that was set back since is renewed', async () => {
  const { verify, keepFresh } = started()
  await keepFresh()
  const issued = await token(newId())
  expect(await verify(issued)).toBeDefined()
  setSystemTime(new Date(Date.now() - 4_000))
  expect(await verify(issued)).toBeDefined()
  setSystemTime(new Date(Date.now() - 5 * 60_000))
  expect(await verify(issued)).toBeUndefined()
  expect(await started().verify(issued)).toBeUndefined()
  expect(await verify(await token(newId()))).toBeDefined()
})
