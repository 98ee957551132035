import { beforeAll, expect, test } from 'bun:test'
import { createAuthenticator } from '../passkey/testing.ts'
import { admin, createWorld, refusal, type World } from '../testing/world.ts'
import { totpCode } from './totp.ts'

const origin = 'http://localhost:3000'
let world: World

beforeAll(async () => {
  world = await createWorld()
})

type Person = Awaited<ReturnType<World['signedUp']>>
type Browser = Pick<Person, 'send'>

const bodyOf = async <T>(answer: Response) => (await answer.json()) as T

/** Codes count once, so each is taken from a step of its own. */
const withApp = async (person: Browser) => {
  const { secret } = await bodyOf<{ secret: string }>(await person.send('POST', '/api/users/totp'))
  const at = (seconds: number) => totpCode(secret, new Date(Date.now() + seconds * 1000))
  const confirmed = await person.send('POST', '/api/users/totp/confirm', { json: { code: at(-30) } })
  expect(confirmed.status).toBe(200)
  return { at, ...(await bodyOf<{ recoveryCodes: string[] }>(confirmed)) }
}

const withPasskey = async (person: Browser, at = origin) => {
  const authenticator = createAuthenticator(at)
  const options = await bodyOf<{ options: { challenge: string } }>(
    await person.send('POST', '/api/users/passkeys/options'),
  )
  const json = { name: 'phone', response: authenticator.create(options.options) }
  expect((await person.send('POST', '/api/users/passkeys', { json })).status).toBe(201)
  return authenticator
}

const signIn = (email: string, password: string) => {
  const browser = world.visitor()
  return { browser, answer: browser.send('POST', '/api/users/signin', { json: { email, password } }) }
}
const give = (browser: Browser, code: string) => browser.send('POST', '/api/users/signin/code', { json: { code } })
const wrong = [401, 'invalid_credentials']

test('with an app, a password alone lets nobody in; with a code it does', async () => {
  const ann = await world.signedUp()
  const { at } = await withApp(ann)
  const { browser, answer } = signIn(ann.email, ann.password)
  expect(await refusal(await answer)).toEqual([401, 'second_factor_required'])
  expect(browser.cookies.has('access')).toBe(false)
  expect(await browser.currentUser()).toEqual({ currentUser: null })
  expect(await refusal(await give(browser, '000000'))).toEqual(wrong)
  expect((await give(browser, at(0))).status).toBe(200)
  expect(await browser.currentUser()).toMatchObject({ currentUser: { id: ann.id } })
  expect(browser.cookies.has('signin')).toBe(false)
})

test('a code is of no use without the password, for another account, or once the password was changed', async () => {
  const [ann, ben] = [await world.signedUp(), await world.signedUp()]
  const { at } = await withApp(ann)
  await withApp(ben)
  expect(await refusal(await give(world.visitor(), at(0)))).toEqual(wrong)
  const other = signIn(ben.email, ben.password)
  await other.answer
  expect(await refusal(await give(other.browser, at(0)))).toEqual(wrong)
  const forged = world.visitor()
  forged.cookies.set('signin', `${ann.id}.1.9999999999.${'A'.repeat(43)}`)
  expect(await refusal(await give(forged, at(0)))).toEqual(wrong)
  const late = signIn(ann.email, ann.password)
  await late.answer
  await ann.send('PUT', '/api/users/password', {
    json: { currentPassword: ann.password, newPassword: 'battery staple' },
  })
  expect(await refusal(await give(late.browser, at(0)))).toEqual(wrong)
})

test('whoever lost the app gets in with a recovery code, once', async () => {
  const ann = await world.signedUp()
  const { recoveryCodes } = await withApp(ann)
  for (const expected of [200, 401]) {
    const { browser, answer } = signIn(ann.email, ann.password)
    await answer
    expect((await give(browser, recoveryCodes[0] ?? '')).status).toBe(expected)
  }
})

test('a reset of the password does not get around the app (ASVS 6.4.3)', async () => {
  const ann = await world.signedUp()
  await withApp(ann)
  await world.visitor().send('POST', '/api/users/password-reset', { json: { email: ann.email } })
  const token = await world.tokenFor(ann.email, 'reset-password')
  const json = { token, newPassword: 'battery staple' }
  expect((await world.visitor().send('POST', '/api/users/password-reset/confirm', { json })).status).toBe(204)
  expect(await refusal(await signIn(ann.email, 'battery staple').answer)).toEqual([401, 'second_factor_required'])
})

test('a passkey lets its owner in, alone, and each signature once', async () => {
  const ann = await world.signedUp()
  await withApp(ann)
  const authenticator = await withPasskey(ann)
  const browser = world.visitor()
  const { options } = await bodyOf<{ options: { challenge: string } }>(
    await browser.send('POST', '/api/users/signin/passkey/options'),
  )
  const json = { response: authenticator.get(options) }
  expect((await browser.send('POST', '/api/users/signin/passkey', { json })).status).toBe(200)
  expect(await browser.currentUser()).toMatchObject({ currentUser: { id: ann.id } })
  expect(await refusal(await world.visitor().send('POST', '/api/users/signin/passkey', { json }))).toEqual(wrong)
})

test('what no authenticator says is refused as such', async () => {
  for (const response of [{}, { id: { $ne: '' } }, { id: 'x', rawId: 'x', type: 'public-key', response: {} }, null]) {
    const answer = await world.visitor().send('POST', '/api/users/signin/passkey', { json: { response } })
    expect(await refusal(answer)).toEqual([400, 'request_validation'])
  }
})

test('nobody who is banned gets in by a passkey or a code', async () => {
  const ann = await world.signedUp()
  const { at } = await withApp(ann)
  const authenticator = await withPasskey(ann)
  const { browser, answer } = signIn(ann.email, ann.password)
  await answer
  await world.accounts.ban(ann.id, new Date())
  expect(await refusal(await give(browser, at(0)))).toEqual(wrong)
  const { options } = await bodyOf<{ options: { challenge: string } }>(
    await browser.send('POST', '/api/users/signin/passkey/options'),
  )
  const json = { response: authenticator.get(options) }
  expect(await refusal(await browser.send('POST', '/api/users/signin/passkey', { json }))).toEqual([
    403,
    'account_banned',
  ])
})

test('each change of how one signs in is told by mail', async () => {
  const ann = await world.signedUp()
  const authenticator = await withPasskey(ann)
  await withApp(ann)
  await ann.send('POST', '/api/users/recovery-codes')
  await ann.send('DELETE', `/api/users/passkeys/${authenticator.id}`)
  await ann.send('DELETE', '/api/users/totp')
  await ann.send('PUT', '/api/users/password', {
    json: { currentPassword: ann.password, newPassword: 'battery staple' },
  })
  const told = (await world.mailsTo(ann.email)).filter(({ subject }) => subject.startsWith('The security'))
  expect(told).toHaveLength(6)
  expect((await signIn(ann.email, 'battery staple').answer).status).toBe(200)
})

// Guarantee (ASVS 7.5.2): a session that was left open changes nothing that would keep its owner out.
test('what needs it is asked for again once the proof is old, and any proof will do', async () => {
  const strict = await createWorld({ env: { REAUTHENTICATE_SECONDS: '1' } })
  const ann = await strict.signedUp()
  const { at } = await withApp(ann)
  const authenticator = await withPasskey(ann)
  await strict.db.collection('sessions').updateMany({}, { $set: { authenticatedAt: new Date(0) } })
  await ann.send('POST', '/api/users/refresh')
  const guarded = [
    () => ann.send('POST', '/api/users/totp'),
    () => ann.send('DELETE', '/api/users/totp'),
    () => ann.send('POST', '/api/users/recovery-codes'),
    () => ann.send('POST', '/api/users/passkeys/options'),
    () => ann.send('DELETE', `/api/users/passkeys/${authenticator.id}`),
    () => ann.send('DELETE', '/api/users/sessions/665f1c2ab8d3c94f1e0a7b21'),
    () => ann.send('PUT', '/api/users/email', { json: { email: 'new@example.com', password: ann.password } }),
  ]
  for (const ask of guarded) expect(await refusal(await ask())).toEqual([403, 'reauthentication_required'])
  const { options } = await bodyOf<{ options: { challenge: string } }>(
    await ann.send('POST', '/api/users/reauthenticate/options'),
  )
  const proofs = [{ password: ann.password }, { code: at(0) }, { passkey: authenticator.get(options) }]
  for (const json of proofs) {
    await strict.db.collection('sessions').updateMany({}, { $set: { authenticatedAt: new Date(0) } })
    await ann.send('POST', '/api/users/refresh')
    expect((await ann.send('POST', '/api/users/reauthenticate', { json })).status).toBe(204)
    expect((await ann.send('POST', '/api/users/passkeys/options')).status).toBe(200)
  }
  for (const json of [{ password: 'wrong horse' }, { code: '000000' }, {}, { password: ann.password, code: at(0) }])
    expect((await ann.send('POST', '/api/users/reauthenticate', { json })).status).toBeOneOf([400, 401])
})

test('the passkey of somebody else proves nothing', async () => {
  const [ann, ben] = [await world.signedUp(), await world.signedUp()]
  const authenticator = await withPasskey(ben)
  const { options } = await bodyOf<{ options: { challenge: string } }>(
    await world.visitor().send('POST', '/api/users/signin/passkey/options'),
  )
  const json = { passkey: authenticator.get(options) }
  expect(await refusal(await ann.send('POST', '/api/users/reauthenticate', { json }))).toEqual(wrong)
})

// Guarantee: where people are, no admin's password alone is enough.
test('over https an admin is one only with a second factor', async () => {
  const strict = await createWorld({ publicOrigin: 'https://tickets.example' })
  const boss = await strict.signedIn(admin)
  const list = () => boss.send('GET', '/api/users')
  expect(await refusal(await list())).toEqual([401, 'second_factor_required'])
  await withPasskey(boss, 'https://tickets.example')
  expect((await list()).status).toBe(200)
  await boss.send('POST', '/api/users/refresh')
  expect((await list()).status).toBe(200)
  expect(await refusal(await (await strict.signedIn(admin)).send('GET', '/api/users'))).toEqual([
    401,
    'second_factor_required',
  ])
  const lenient = await createWorld({ publicOrigin: 'https://tickets.example', env: { ADMIN_SECOND_FACTOR: 'false' } })
  expect((await (await lenient.signedIn(admin)).send('GET', '/api/users')).status).toBe(200)
})
