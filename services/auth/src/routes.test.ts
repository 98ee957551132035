import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { createWorld, refusal, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})

const signup = '/api/users/signup'
const signin = '/api/users/signin'

test('signing up signs in: the account and two cookies', async () => {
  const ann = world.visitor()
  const answer = await ann.send('POST', signup, { json: { email: ' Ann@Example.com', password: 'correct horse' } })
  expect(answer.status).toBe(201)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const account = (await answer.json()) as { id: string }
  expect(account).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    email: 'ann@example.com',
    role: 'user',
  } as typeof account)
  expect(answer.headers.getSetCookie()).toEqual([
    `access=${ann.accessToken()}; Max-Age=900; Path=/; HttpOnly; SameSite=Lax`,
    `refresh=${ann.refreshToken()}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax`,
  ])
  expect(await ann.currentUser()).toEqual({ currentUser: account })
})

test('over https the cookies are bound to the host and to TLS', async () => {
  const secure = await createWorld({ publicOrigin: 'https://tickets.example' })
  const ann = await secure.signedUp()
  expect([...ann.cookies.keys()]).toEqual(['__Host-access', '__Host-refresh'])
  const answer = await ann.send('POST', '/api/users/refresh')
  for (const cookie of answer.headers.getSetCookie())
    expect(cookie).toMatch(/^__Host-.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  await ann.send('POST', '/api/users/signout')
  expect(ann.cookies.size).toBe(0)
})

// Guarantee: one account for an address, however it is written and however many sign up at once.
test('an address is taken once', async () => {
  const spellings = ['once@example.com', 'ONCE@example.com', ' once@Example.com ', '\uff4fnce@example.com']
  const answers = await Promise.all(
    spellings.map((email) => world.visitor().send('POST', signup, { json: { email, password: 'correct horse' } })),
  )
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409])
  const refused = answers.find(({ status }) => status === 409)
  expect(refused && (await refused.json())).toMatchObject({ code: 'email_in_use', errors: [{ field: 'email' }] })
})

test('signing up again with the same key is signing up once', async () => {
  const json = { email: 'again@example.com', password: 'correct horse' }
  const headers = { 'idempotency-key': 'sign-up' }
  const [first, again] = [world.visitor(), world.visitor()]
  const answers = [
    await first.send('POST', signup, { json, headers }),
    await again.send('POST', signup, { json, headers }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([201, 201])
  expect(again.refreshToken()).toBe(first.refreshToken())
  // What a crash between account and answer leaves: the account, but no answer to give again.
  await world.db
    .collection('idempotency')
    .updateMany({}, { $set: { lockedUntil: new Date(0) }, $unset: { answer: '' } })
  expect((await world.visitor().send('POST', signup, { json, headers })).status).toBe(201)
  const other = { ...json, password: 'another horse' }
  expect(await refusal(await world.visitor().send('POST', signup, { json: other, headers }))).toEqual([
    409,
    'idempotency_key_reused',
  ])
})

test('an old sign-up played again opens nothing after the password was changed', async () => {
  const json = { email: 'changed@example.com', password: 'correct horse' }
  const headers = { 'idempotency-key': 'old sign-up' }
  const ann = world.visitor()
  expect((await ann.send('POST', signup, { json, headers })).status).toBe(201)
  await ann.send('PUT', '/api/users/password', {
    json: { currentPassword: json.password, newPassword: 'another horse' },
  })
  await world.db
    .collection('idempotency')
    .updateMany({}, { $set: { lockedUntil: new Date(0) }, $unset: { answer: '' } })
  expect(await refusal(await world.visitor().send('POST', signup, { json, headers }))).toEqual([409, 'email_in_use'])
})

test('signing in says the same for an unknown address and a wrong password', async () => {
  const ann = await world.signedUp()
  const answers = await Promise.all(
    [
      { email: ann.email, password: 'wrong horse' },
      { email: 'nobody@example.com', password: ann.password },
    ].map(async (json) => {
      const answer = await world.visitor().send('POST', signin, { json })
      const { traceId: _traceId, ...problem } = (await answer.json()) as { traceId: string }
      return problem
    }),
  )
  expect(answers[0]).toMatchObject({ status: 401, code: 'invalid_credentials' })
  expect(answers[1]).toEqual(answers[0])
  const answer = await world
    .visitor()
    .send('POST', signin, { json: { email: ann.email.toUpperCase(), password: ann.password } })
  expect(answer.status).toBe(200)
  expect(await answer.json()).toEqual({ id: ann.id, email: ann.email, role: 'user' })
})

test('nobody is signed in without a token that is valid now', async () => {
  const ann = await world.signedUp()
  const stale = await world.tokens.issue(
    { id: ann.id, role: 'user', sessionId: newId() },
    new Date(Date.now() - 901_000),
  )
  const unknown = await world.tokens.issue({ id: newId(), role: 'admin', sessionId: newId() }, new Date())
  for (const token of [undefined, 'x', ann.refreshToken(), stale, unknown]) {
    const headers = token ? { authorization: `Bearer ${token}` } : {}
    const answer = await world.visitor().send('GET', '/api/users/currentuser', { headers })
    expect([answer.status, await answer.json()]).toEqual([200, { currentUser: null }])
    expect(await refusal(await world.visitor().send('GET', '/api/users/sessions', { headers }))).toEqual([
      401,
      'not_authenticated',
    ])
  }
  const bearer = { authorization: `Bearer ${ann.accessToken()}` }
  const answer = await world.visitor().send('GET', '/api/users/currentuser', { headers: bearer })
  expect(await answer.json()).toMatchObject({ currentUser: { id: ann.id } })
})

test('a new password ends the other sessions', async () => {
  const ann = await world.signedUp()
  const other = await world.signedIn(ann)
  const change = (currentPassword: string, newPassword: string) =>
    ann.send('PUT', '/api/users/password', { json: { currentPassword, newPassword } })
  expect(await refusal(await change('wrong horse', 'another horse'))).toEqual([401, 'invalid_credentials'])
  expect(await refusal(await change(ann.password, 'short'))).toEqual([400, 'request_validation'])
  expect((await change(ann.password, 'another horse')).status).toBe(204)
  expect(await refusal(await other.send('POST', '/api/users/refresh'))).toEqual([401, 'refresh_token_invalid'])
  expect((await ann.send('POST', '/api/users/refresh')).status).toBe(200)
  expect(
    await refusal(await world.visitor().send('POST', signin, { json: { email: ann.email, password: ann.password } })),
  ).toEqual([401, 'invalid_credentials'])
  expect((await world.signedIn({ email: ann.email, password: 'another horse' })).cookies.size).toBe(2)
})

test('a wrong password is refused at the field in which it was given', async () => {
  const ann = await world.signedUp()
  const password = 'wrong horse'
  const errorsOf = async (method: string, path: string, json: object) => {
    const answer = await ann.send(method, path, { json })
    return ((await answer.json()) as { errors: unknown }).errors
  }
  const at = (field: string) => [{ message: 'The password is wrong', field }]
  const change = { currentPassword: password, newPassword: 'another horse' }
  expect(await errorsOf('PUT', '/api/users/password', change)).toEqual(at('currentPassword'))
  expect(await errorsOf('DELETE', '/api/users/me', { password })).toEqual(at('password'))
  expect(await errorsOf('POST', '/api/users/reauthenticate', { password })).toEqual(at('password'))
  expect(await errorsOf('PUT', '/api/users/email', { email: 'x@example.com', password })).toEqual(at('password'))
  // Which of the two it was, nobody is told.
  const stranger = await world.visitor().send('POST', signin, { json: { email: ann.email, password } })
  expect(await stranger.json()).toHaveProperty('errors', [{ message: 'Email or password is wrong' }])
})

// Guarantee: an erased account leaves an id that stands for nobody, and the address is free again.
test('erasing takes everything personal, sessions and tokens included', async () => {
  const ann = await world.signedUp()
  const copy = ann.copy()
  const leave = (password: string) => ann.send('DELETE', '/api/users/me', { json: { password } })
  expect(await refusal(await leave('wrong horse'))).toEqual([401, 'invalid_credentials'])
  expect((await leave(ann.password)).status).toBe(204)
  expect(ann.cookies.size).toBe(0)
  expect(await copy.currentUser()).toEqual({ currentUser: null })
  expect(await refusal(await copy.send('POST', '/api/users/refresh'))).toEqual([401, 'refresh_token_invalid'])
  const left = JSON.stringify(await world.db.collection<{ _id: string }>('accounts').findOne({ _id: ann.id }))
  expect(left).not.toContain('example.com')
  expect(left).not.toContain('passwordHash')
  await world.accounts.relay.flush(ann.id)
  expect(world.published.filter(({ data }) => 'id' in data && data.id === ann.id)).toMatchObject([
    { type: 'user.erased', data: { id: ann.id, version: 2 } },
  ])
  expect((await world.signedUp(ann.email)).id).not.toBe(ann.id)
})

test.each([
  ['{', 400, 'malformed_json'],
  ['null', 400, 'request_validation'],
  ['[]', 400, 'request_validation'],
  ['{"email": {"$ne": null}, "password": {"$ne": null}}', 400, 'request_validation'],
  ['{"email": "ann@example.com"}', 400, 'request_validation'],
  ['{"email": "eve@example.com", "password": "correct horse", "role": "admin"}', 400, 'request_validation'],
  [JSON.stringify({ email: 'x'.repeat(3_000_000) }), 413, 'body_too_large'],
])('a body that is no set of credentials is refused: %#', async (body, status, code) => {
  for (const path of [signup, signin]) {
    const headers = { 'content-type': 'application/json', 'content-length': `${body.length}` }
    expect(await refusal(await world.app.request(path, { method: 'POST', headers, body }))).toEqual([status, code])
  }
})

test('another media type, origin, path or method is refused', async () => {
  const body = JSON.stringify({ email: 'ann@example.com', password: 'correct horse' })
  const send = async (path: string, method: string, headers: Record<string, string>) =>
    refusal(await world.app.request(path, { method, headers, ...(method === 'GET' ? {} : { body }) }))
  expect(await send(signin, 'POST', { 'content-type': 'text/plain' })).toEqual([415, 'unsupported_media_type'])
  const foreign = { 'content-type': 'application/json', origin: 'https://attacker.example' }
  expect(await send(signin, 'POST', foreign)).toEqual([403, 'forbidden'])
  expect(await send(signin, 'GET', {})).toEqual([404, 'not_found'])
  expect(await send('/api/users/nothing', 'GET', {})).toEqual([404, 'not_found'])
})

test('the public keys are public, and nothing more', async () => {
  const answer = await world.visitor().send('GET', '/api/users/.well-known/jwks.json')
  expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
  const { keys } = (await answer.json()) as { keys: object[] }
  expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x']])
})

test('a flood of passwords is answered with 503 and Retry-After, and other routes stay open', async () => {
  const gate = Promise.withResolvers<void>()
  let isFlooded = false
  const hold = async <T>(answer: T) => {
    if (isFlooded) await gate.promise
    return answer
  }
  const flooded = await createWorld({ hasher: { hash: () => hold('hash'), verify: () => hold(true) } })
  isFlooded = true
  const json = { email: 'nobody@example.com', password: 'correct horse' }
  const held = Array.from({ length: 130 }, () => flooded.visitor().send('POST', signin, { json }))
  let refused: Response | undefined
  for (let attempt = 0; attempt < 100 && !refused; attempt++) {
    const answer = flooded.visitor().send('POST', signin, { json })
    const first = await Promise.race([answer, Bun.sleep(20)])
    if (first) refused = first
    else held.push(answer)
  }
  expect(refused?.headers.get('retry-after')).toBe('1')
  expect(refused && (await refusal(refused))).toEqual([503, 'service_unavailable'])
  expect(await flooded.visitor().currentUser()).toEqual({ currentUser: null })
  gate.resolve()
  for (const { status } of await Promise.all(held)) expect([401, 503]).toContain(status)
})

// Guarantee: nobody loses what they earned by erasing the account.
test('an account that is owed money is not erased, and is when that is settled', async () => {
  let isOwed = true
  const world = await createWorld({ isOwed: async () => isOwed })
  const seller = await world.signedUp()
  const erase = () => seller.send('DELETE', '/api/users/me', { json: { password: seller.password } })
  const refused = await erase()
  expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'earnings_outstanding' }])
  expect(await seller.currentUser()).toMatchObject({ currentUser: { id: seller.id } })
  isOwed = false
  expect((await erase()).status).toBe(204)
})
