import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { createWorld, refusal, type World } from '../testing/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})

const ask = (email: string, headers: Record<string, string> = {}) =>
  world.visitor().send('POST', '/api/users/password-reset', { json: { email }, headers })
const reset = (token: string, newPassword = 'battery staple') =>
  world.visitor().send('POST', '/api/users/password-reset/confirm', { json: { token, newPassword } })
const confirm = (token: string) => world.visitor().send('POST', '/api/users/email/confirm', { json: { token } })
const invalid = [400, 'token_invalid']

test('who forgot a password chooses a new one by mail; all sessions have ended, and it is told', async () => {
  const ann = await world.signedUp()
  const other = await world.signedIn(ann)
  expect((await ask(ann.email.toUpperCase())).status).toBe(202)
  const token = await world.tokenFor(ann.email, 'reset-password')
  expect((await reset(token)).status).toBe(204)
  for (const device of [ann, other]) {
    expect(await device.currentUser()).toEqual({ currentUser: null })
    expect(await refusal(await device.send('POST', '/api/users/refresh'))).toEqual([401, 'refresh_token_invalid'])
  }
  const signIn = (password: string) =>
    world.visitor().send('POST', '/api/users/signin', { json: { email: ann.email, password } })
  expect((await signIn(ann.password)).status).toBe(401)
  expect((await signIn('battery staple')).status).toBe(200)
  expect((await world.mailsTo(ann.email)).map(({ subject }) => subject)).toContain(
    'The security of your account was changed',
  )
  expect(world.published.filter(({ type }) => type === 'session.ended').length).toBeGreaterThanOrEqual(2)
})

test('a link works once, and with a new password those of before are of no use', async () => {
  const ann = await world.signedUp()
  await ask(ann.email)
  const token = await world.tokenFor(ann.email, 'reset-password')
  const answers = await Promise.all(Array.from({ length: 5 }, (_, n) => reset(token, `battery staple ${n}`)))
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
  expect(await refusal(await reset(token))).toEqual(invalid)
})

// Guarantee: nobody learns who has an account.
test('an address that nobody has is answered the same, gets no mail, and leaves as much in the database', async () => {
  const ann = await world.signedUp()
  const [known, unknown] = [await ask(ann.email), await ask('nobody@example.com')]
  const seen = async (answer: Response) => [answer.status, await answer.text(), [...answer.headers]]
  expect(await seen(unknown)).toEqual(await seen(known))
  const owed = await world.db.collection('mails').find({ kind: 'reset-password', status: 'owed' }).toArray()
  expect(owed.map((mail) => Object.keys(mail).toSorted())).toEqual([
    Object.keys(owed[0] ?? {}).toSorted(),
    Object.keys(owed[0] ?? {}).toSorted(),
  ])
  expect(await world.mailsTo('nobody@example.com')).toEqual([])
})

test('asked twice with one key, one mail is sent; asked again and again, five in an hour', async () => {
  const ann = await world.signedUp()
  const resets = async () => (await world.mailsTo(ann.email)).filter(({ text }) => text.includes('/reset-password'))
  const key = { 'idempotency-key': newId() }
  await Promise.all([ask(ann.email, key), ask(ann.email, key)])
  expect(await resets()).toHaveLength(1)
  for (let turn = 0; turn < 6; turn++) {
    expect((await ask(ann.email)).status).toBe(202)
    await resets()
  }
  expect(await resets()).toHaveLength(5)
})

// Guarantee: who was in the mailbox for a while cannot come back with a link that lies there.
test('with a password that was changed, links to reset the one before are of no use', async () => {
  const ann = await world.signedUp()
  await ask(ann.email)
  const token = await world.tokenFor(ann.email, 'reset-password')
  const changed = { currentPassword: ann.password, newPassword: 'a staple of batteries' }
  expect((await ann.send('PUT', '/api/users/password', { json: changed })).status).toBe(204)
  expect(await refusal(await reset(token))).toEqual(invalid)
  await ask(ann.email)
  expect((await reset(await world.tokenFor(ann.email, 'reset-password'))).status).toBe(204)
})

test('a token that is none, a common password, or more than was asked for is refused, and the link stays good', async () => {
  const ann = await world.signedUp()
  await ask(ann.email)
  const token = await world.tokenFor(ann.email, 'reset-password')
  for (const wrong of ['x', `${newId()}.${token.split('.')[1]}`, await world.tokenFor(ann.email, 'confirm-email')])
    expect(await refusal(await reset(wrong))).toEqual(invalid)
  expect(await refusal(await reset(token, 'password'))).toEqual([400, 'request_validation'])
  expect(await refusal(await reset(token, 'short'))).toEqual([400, 'request_validation'])
  expect((await reset(token)).status).toBe(204)
})

// Guarantee: whatever crashes right after a reset, the sessions of before it end.
test('sessions that a crash left open are ended by whoever looks next', async () => {
  const ann = await world.signedUp()
  const account = await world.accounts.find(ann.id)
  if (!account) throw new Error('there is no account')
  await world.db.client.withSession((session) =>
    session.withTransaction(() => world.accounts.resetPassword(ann.id, 'a hash', session)),
  )
  await world.recovery.endOldSessions()
  expect(await ann.currentUser()).toEqual({ currentUser: null })
  expect(await world.accounts.withSessionsToEnd(10)).toEqual([])
})

test('signing up is told to the address, which is confirmed by its link', async () => {
  const ann = await world.signedUp()
  expect(await world.contacts.isConfirmed(ann.id, ann.email)).toBe(false)
  const token = await world.tokenFor(ann.email, 'confirm-email')
  expect(await refusal(await reset(token))).toEqual(invalid)
  expect((await confirm(token)).status).toBe(204)
  expect(await world.contacts.isConfirmed(ann.id, ann.email)).toBe(true)
  expect(await refusal(await confirm(token))).toEqual(invalid)
})

test('mails are in the language that somebody signed up in', async () => {
  const email = `${newId()}@example.com`
  const headers = { 'accept-language': 'fr;q=1, de-AT;q=0.9, en;q=0.5' }
  await world.visitor().send('POST', '/api/users/signup', { json: { email, password: 'correct horse' }, headers })
  expect((await world.mailsTo(email)).map(({ subject }) => subject)).toEqual(['Bestätigen Sie Ihre E-Mail-Adresse'])
})

test('an address in use is not told that somebody signed up with it: there is no such account', async () => {
  const ann = await world.signedUp()
  const before = await world.mailsTo(ann.email)
  await world.visitor().send('POST', '/api/users/signup', { json: { email: ann.email, password: 'another horse' } })
  expect(await world.mailsTo(ann.email)).toEqual(before)
})

test('a new device is told of, once; the one that signed up, and one that was updated, are not new', async () => {
  const ann = await world.signedUp()
  const signIn = (agent: string) =>
    world.visitor().send('POST', '/api/users/signin', {
      json: { email: ann.email, password: ann.password },
      headers: { 'user-agent': agent },
    })
  await world.signedIn(ann)
  await Promise.all([signIn('Firefox/140.0 (X11)'), signIn('Firefox/140.0 (X11)')])
  await signIn('Firefox/141.0 (X11)')
  const told = (await world.mailsTo(ann.email)).filter(({ subject }) => subject === 'New sign-in to your account')
  expect(told).toHaveLength(1)
  expect(told[0]?.text).toContain('Device: Firefox/140.0 (X11)')
})

test('of an erased account nothing is left by which somebody could be written to', async () => {
  const ann = await world.signedUp()
  await ann.send('DELETE', '/api/users/me', { json: { password: ann.password } })
  expect((await world.mailsTo(ann.email)).map(({ subject }) => subject)).toEqual(['Your account was erased'])
  for (const name of ['mails', 'contacts', 'emailTokens', 'knownDevices', 'accounts'])
    expect(JSON.stringify(await world.db.collection(name).find().toArray())).not.toContain(ann.email)
})

test('no mail, and nothing that is stored, holds a password; nothing stored holds a token', async () => {
  const ann = await world.signedUp(undefined, 'a very own password')
  await ask(ann.email)
  const token = await world.tokenFor(ann.email, 'reset-password')
  await reset(token, 'another very own password')
  const mails = JSON.stringify(await world.mailsTo(ann.email))
  expect(mails).not.toMatch(/very own|\$argon2/)
  const collections = await world.db.collections()
  for (const collection of collections) {
    const stored = JSON.stringify(await collection.find().toArray())
    expect(stored).not.toContain('very own')
    expect(stored).not.toContain(token.split('.')[1] ?? '')
  }
})
