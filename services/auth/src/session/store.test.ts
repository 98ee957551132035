import { afterEach, beforeAll, expect, setSystemTime, test } from 'bun:test'
import { createWorld, refusal, type World } from '../testing/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})

afterEach(() => {
  setSystemTime()
})

const refresh = '/api/users/refresh'
const invalid = [401, 'refresh_token_invalid']

test('each refresh gives new cookies and takes the old token out of use', async () => {
  const ann = await world.signedUp()
  const tokens = [ann.refreshToken()]
  for (let turn = 0; turn < 3; turn++) {
    const answer = await ann.send('POST', refresh)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ id: ann.id, email: ann.email, role: 'user' })
    tokens.push(ann.refreshToken())
  }
  expect(new Set(tokens).size).toBe(4)
  expect(new Set(tokens.map((token) => token.split('.')[0])).size).toBe(1)
})

// Guarantee: a stolen refresh token is worth nothing once either side has used it.
test('a token that was used ends its whole family', async () => {
  const ann = await world.signedUp()
  const thief = ann.copy()
  expect((await ann.send('POST', refresh)).status).toBe(200)
  expect(await refusal(await thief.send('POST', refresh))).toEqual(invalid)
  expect(await refusal(await ann.send('POST', refresh))).toEqual(invalid)
  const other = await world.signedIn(ann)
  expect((await other.send('POST', refresh)).status).toBe(200)
})

// Guarantee: two tabs that renew at the same moment are no theft.
test('of many refreshes at once one wins, and the session lives', async () => {
  for (let round = 0; round < 5; round++) {
    const ann = await world.signedUp()
    const tabs = Array.from({ length: 10 }, () => ann.copy())
    const statuses = await Promise.all(tabs.map(async (tab) => (await tab.send('POST', refresh)).status))
    expect(statuses.toSorted()).toEqual([200, ...Array(9).fill(401)])
    const winner = tabs[statuses.indexOf(200)]
    expect((await winner?.send('POST', refresh))?.status).toBe(200)
  }
})

// Guarantee: who lost the answer gets it again, and nobody else does.
test('the same Idempotency-Key gives the lost answer again', async () => {
  const ann = await world.signedUp()
  const [first, again] = [ann.copy(), ann.copy()]
  const headers = { 'idempotency-key': 'renew' }
  expect((await first.send('POST', refresh, { headers })).status).toBe(200)
  expect((await again.send('POST', refresh, { headers })).status).toBe(200)
  expect(again.refreshToken()).toBe(first.refreshToken())
  expect(again.refreshToken()).not.toBe(ann.refreshToken())
  expect((await again.send('POST', refresh)).status).toBe(200)
})

test('tabs that renew at once under one key all get the same answer', async () => {
  const ann = await world.signedUp()
  const tabs = Array.from({ length: 10 }, () => ann.copy())
  const sent = tabs.map((tab) => tab.send('POST', refresh, { headers: { 'idempotency-key': 'renew' } }))
  expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(Array(10).fill(200))
  expect(new Set(tabs.map((tab) => tab.refreshToken())).size).toBe(1)
})

test("another visitor's key never opens my answer", async () => {
  const [ann, bob] = [await world.signedUp(), await world.signedUp()]
  const headers = { 'idempotency-key': 'the same' }
  for (const person of [ann, bob]) {
    const answer = await person.send('POST', refresh, { headers })
    expect(await answer.json()).toMatchObject({ id: person.id })
    expect(await person.currentUser()).toMatchObject({ currentUser: { id: person.id } })
  }
  const stranger = world.visitor()
  expect(await refusal(await stranger.send('POST', refresh, { headers }))).toEqual(invalid)
  expect(stranger.cookies.size).toBe(0)
  for (const person of [ann, bob])
    expect((await person.send('POST', '/api/users/signout', { headers })).status).toBe(204)
  for (const person of [ann, bob]) expect(person.cookies.size).toBe(0)
})

// Guarantee: the grace for a lost answer is short, and ends as soon as the answer was clearly received.
test('a used token with its key is reuse once its successor was used', async () => {
  const ann = await world.signedUp()
  const thief = ann.copy()
  const headers = { 'idempotency-key': 'renew' }
  await ann.send('POST', refresh, { headers })
  await ann.send('POST', refresh)
  expect(await refusal(await thief.send('POST', refresh, { headers }))).toEqual(invalid)
  expect(await refusal(await ann.send('POST', refresh))).toEqual(invalid)
})

test.each([
  ['after half a minute', -31_000],
  ['where the clock was set back since', 31_000],
])('a used token with its key is reuse %s', async (_, ago) => {
  const ann = await world.signedUp()
  const thief = ann.copy()
  const headers = { 'idempotency-key': 'renew' }
  await ann.send('POST', refresh, { headers })
  const rotatedAt = new Date(Date.now() + ago)
  await world.db.collection('sessions').updateOne({ userId: ann.id }, { $set: { rotatedAt } })
  expect(await refusal(await thief.send('POST', refresh, { headers }))).toEqual(invalid)
  expect(await refusal(await ann.send('POST', refresh))).toEqual(invalid)
})

test('a used token with a key of its own is reuse at once', async () => {
  const ann = await world.signedUp()
  const thief = ann.copy()
  await ann.send('POST', refresh, { headers: { 'idempotency-key': 'renew' } })
  expect(await refusal(await thief.send('POST', refresh, { headers: { 'idempotency-key': 'other' } }))).toEqual(invalid)
  expect(await refusal(await ann.send('POST', refresh))).toEqual(invalid)
})

test('an expired session is over', async () => {
  const ann = await world.signedUp()
  await world.db.collection('sessions').updateOne({ userId: ann.id }, { $set: { expiresAt: new Date() } })
  expect(await refusal(await ann.send('POST', refresh))).toEqual(invalid)
})

// Guarantee: whoever took a session has it for a bounded time, however well they keep it (OWASP ASVS 5.0, 10.4.8).
test('a session that is renewed without end ends all the same', async () => {
  const { signedUp } = await createWorld({ env: { REFRESH_TOKEN_SECONDS: '3600', SESSION_SECONDS: '86400' } })
  const ann = await signedUp()
  const start = Date.now()
  const renewedAt = async (hours: number) => {
    setSystemTime(new Date(start + hours * 3_600_000))
    return (await ann.send('POST', refresh)).status
  }
  for (let hours = 0.5; hours < 24; hours += 0.5) expect(await renewedAt(hours)).toBe(200)
  expect(await renewedAt(24.1)).toBe(401)
})

test('what is no refresh token is refused', async () => {
  const ann = await world.signedUp()
  for (const value of ['', 'x', '.', ann.accessToken(), `${'0'.repeat(24)}.${'x'.repeat(43)}`]) {
    const visitor = world.visitor(new Map([['refresh', value]]))
    expect(await refusal(await visitor.send('POST', refresh))).toEqual(invalid)
  }
})

// Guarantee: a reader of the database cannot sign in as anybody.
test('no token and no password is in the database', async () => {
  const ann = await world.signedUp(undefined, 'not to be found anywhere')
  const headers = { 'idempotency-key': 'kept' }
  await ann.send('POST', '/api/users/signin', { headers, json: { email: ann.email, password: ann.password } })
  await ann.send('POST', refresh, { headers })
  const collections = await world.db.collections()
  const kept = JSON.stringify(await Promise.all(collections.map((collection) => collection.find().toArray())))
  expect(kept).toContain(ann.email)
  for (const secret of [ann.password, ann.accessToken(), ann.refreshToken(), ann.refreshToken().split('.')[1] ?? ''])
    expect(kept).not.toContain(secret)
})

test('signing out ends the family, with the refresh cookie or the access token alone', async () => {
  const ann = await world.signedUp()
  const [other, third] = [await world.signedIn(ann), await world.signedIn(ann)]
  const copy = ann.copy()
  expect((await ann.send('POST', '/api/users/signout')).status).toBe(204)
  expect(ann.cookies.size).toBe(0)
  expect(await refusal(await copy.send('POST', refresh))).toEqual(invalid)
  // Auth takes the access token that was copied no longer either.
  expect(await copy.currentUser()).toEqual({ currentUser: null })
  const authorization = `Bearer ${third.accessToken()}`
  expect((await world.visitor().send('POST', '/api/users/signout', { headers: { authorization } })).status).toBe(204)
  expect(await refusal(await third.send('POST', refresh))).toEqual(invalid)
  expect((await other.send('POST', refresh)).status).toBe(200)
  expect((await world.visitor().send('POST', '/api/users/signout')).status).toBe(204)
})

test('whatever ends a session but a ban or an erasure is told, once for each', async () => {
  const ann = await world.signedUp()
  const devices = await Promise.all(Array.from({ length: 4 }, () => world.signedIn(ann)))
  const [signedOut, ended, reused] = devices as [typeof ann, typeof ann, typeof ann]
  const idOf = (device: { refreshToken: () => string }) => device.refreshToken().split('.')[0] ?? ''
  const ids = devices.map(idOf)
  const copy = reused.copy()
  for (const one of [signedOut.copy(), signedOut]) await one.send('POST', '/api/users/signout')
  await ann.send('DELETE', `/api/users/sessions/${idOf(ended)}`)
  for (const one of [reused, copy]) await one.send('POST', refresh)
  const passwords = { currentPassword: ann.password, newPassword: 'another horse' }
  expect((await ann.send('PUT', '/api/users/password', { json: passwords })).status).toBe(204)
  await Promise.all(ids.map((id) => world.sessions.relay.flush(id)))
  const told = world.published.flatMap(({ type, data }) => (type === 'session.ended' && 'id' in data ? [data.id] : []))
  expect(told.filter((id) => [...ids, idOf(ann)].includes(id)).toSorted()).toEqual(ids.toSorted())
  expect(await ann.currentUser()).toMatchObject({ currentUser: { id: ann.id } })
})

test('devices are listed and ended by their owner alone', async () => {
  const ann = await world.signedUp()
  const bob = await world.signedUp()
  const phone = await world.signedIn(ann)
  const { sessions } = (await (await ann.send('GET', '/api/users/sessions')).json()) as { sessions: { id: string }[] }
  expect(sessions).toHaveLength(2)
  expect(sessions[1]).toEqual({
    id: ann.refreshToken().split('.')[0] ?? '',
    device: '',
    createdAt: expect.any(String),
    lastSeenAt: expect.any(String),
    isCurrent: true,
  } as (typeof sessions)[0])
  const path = `/api/users/sessions/${phone.refreshToken().split('.')[0]}`
  expect(await refusal(await bob.send('DELETE', path))).toEqual([404, 'not_found'])
  expect((await ann.send('DELETE', path)).status).toBe(204)
  expect(await refusal(await ann.send('DELETE', path))).toEqual([404, 'not_found'])
  expect(await refusal(await phone.send('POST', refresh))).toEqual(invalid)
  expect((await ann.send('POST', refresh)).status).toBe(200)
})

test('a device is named by its user agent, cut to 200 characters', async () => {
  const ann = world.visitor()
  const json = { email: 'device@example.com', password: 'correct horse' }
  await ann.send('POST', '/api/users/signup', { json, headers: { 'user-agent': 'x'.repeat(1000) } })
  const answer = await ann.send('GET', '/api/users/sessions')
  expect(await answer.json()).toMatchObject({ sessions: [{ device: 'x'.repeat(200) }] })
})

// OWASP ASVS 5.0, 7.2.4.
test('signing in ends the session that this browser had before, and no other', async () => {
  const ann = await world.signedUp()
  const elsewhere = await world.signedIn(ann)
  const before = ann.copy()
  await ann.send('POST', '/api/users/signin', { json: { email: ann.email, password: ann.password } })
  expect(await ann.currentUser()).toMatchObject({ currentUser: { id: ann.id } })
  expect(await elsewhere.currentUser()).toMatchObject({ currentUser: { id: ann.id } })
  expect(await before.currentUser()).toEqual({ currentUser: null })
})
