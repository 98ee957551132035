import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { createWorld, refusal, type World } from '../testing/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})

type Person = Pick<Awaited<ReturnType<World['signedUp']>>, 'send'>
const settings = async (person: Person) =>
  (await person.send('GET', '/api/users/settings')).json() as Promise<Record<string, unknown>>
const confirm = async (email: string, from: { send: Person['send'] } = world.visitor()) =>
  from.send('POST', '/api/users/email/confirm', { json: { token: await world.tokenFor(email, 'confirm-email') } })
const changeTo = (person: Person & { password: string }, email: string) =>
  person.send('PUT', '/api/users/email', { json: { email, password: person.password } })

test('what is set stays set, and what is not named as it was', async () => {
  const ann = await world.signedUp()
  expect(await settings(ann)).toMatchObject({
    ...{ email: ann.email, isEmailConfirmed: false, language: 'en', hasTotp: false, passkeys: [] },
    mails: { sales: true, waitlist: true, searches: true },
  })
  const put = (json: object) => ann.send('PUT', '/api/users/settings', { json })
  expect((await put({ language: 'de', mails: { sales: false } })).status).toBe(204)
  expect((await put({ mails: { waitlist: false } })).status).toBe(204)
  expect(await settings(ann)).toMatchObject({
    language: 'de',
    mails: { sales: false, waitlist: false, searches: true },
  })
  for (const json of [{ language: 'fr' }, { mails: { all: false } }, { mails: { sales: 'no' } }])
    expect(await refusal(await put(json))).toEqual([400, 'request_validation'])
})

test('mails of a kind end with the token of one of them, signed in or not, and no others', async () => {
  const ann = await world.signedUp()
  const token = world.unsubscribing.tokenOf(ann.id, 'waitlist')
  const end = (given: string) => world.visitor().send('POST', '/api/users/unsubscribe', { json: { token: given } })
  for (const wrong of ['x', `${token}A`, token.replace('waitlist', 'searches'), token.replace(ann.id, newId())])
    expect(await refusal(await end(wrong))).toEqual([400, 'token_invalid'])
  expect((await end(token)).status).toBe(204)
  expect((await end(token)).status).toBe(204)
  expect(await settings(ann)).toMatchObject({ mails: { sales: true, waitlist: false, searches: true } })
})

test('a confirmed address is changed once it was confirmed at both', async () => {
  const ann = await world.signedUp()
  await confirm(ann.email)
  const [old, next] = [ann.email, `${newId()}@example.com`]
  expect((await changeTo(ann, next)).status).toBe(202)
  expect(await settings(ann)).toMatchObject({ email: old, newEmail: next })
  expect((await confirm(next)).status).toBe(204)
  expect(await settings(ann)).toMatchObject({ email: old })
  expect((await confirm(old)).status).toBe(204)
  expect(await settings(ann)).toMatchObject({ email: next, isEmailConfirmed: true })
  expect((await settings(ann)).newEmail).toBeUndefined()
  const signIn = (email: string) =>
    world.visitor().send('POST', '/api/users/signin', { json: { email, password: ann.password } })
  expect((await signIn(next)).status).toBe(200)
  expect((await signIn(old)).status).toBe(401)
  const told = async (email: string) => (await world.mailsTo(email)).map(({ subject }) => subject)
  expect(await told(old)).toContain('The security of your account was changed')
  expect(await told(next)).toContain('The security of your account was changed')
})

test('an address with a typing error is changed from the new one alone', async () => {
  const ann = await world.signedUp()
  const next = `${newId()}@example.com`
  await changeTo(ann, next)
  expect((await confirm(next)).status).toBe(204)
  expect(await settings(ann)).toMatchObject({ email: next, isEmailConfirmed: true })
})

// Guarantee: nobody takes an address that is another account's, nor learns whose it is.
test('the address of another account is answered the same, and stays where it is', async () => {
  const [ann, ben] = [await world.signedUp(), await world.signedUp()]
  const before = (await world.mailsTo(ben.email)).length
  expect((await changeTo(ann, ben.email)).status).toBe(202)
  expect(await world.mailsTo(ben.email)).toHaveLength(before)
  const next = `${newId()}@example.com`
  await changeTo(ann, next)
  const token = await world.tokenFor(next, 'confirm-email')
  await world.signedUp(next)
  const answer = await world.visitor().send('POST', '/api/users/email/confirm', { json: { token } })
  expect(await refusal(answer)).toEqual([409, 'email_in_use'])
})

test('a change that was asked for again ends the one before', async () => {
  const ann = await world.signedUp()
  const [first, second] = [`${newId()}@example.com`, `${newId()}@example.com`]
  await changeTo(ann, first)
  const token = await world.tokenFor(first, 'confirm-email')
  await changeTo(ann, second)
  const answer = await world.visitor().send('POST', '/api/users/email/confirm', { json: { token } })
  expect(await refusal(answer)).toEqual([400, 'token_invalid'])
  expect((await confirm(second)).status).toBe(204)
})

test('a wrong password changes no address', async () => {
  const ann = await world.signedUp()
  const answer = await ann.send('PUT', '/api/users/email', {
    json: { email: 'x@example.com', password: 'wrong horse' },
  })
  expect(await refusal(answer)).toEqual([401, 'invalid_credentials'])
})

test('over https tokens say who has yet to confirm; confirming in the same browser is enough for it', async () => {
  const strict = await createWorld({ publicOrigin: 'https://tickets.example' })
  const ann = await strict.signedUp()
  const needs = async () => (await strict.tokens.verify(ann.accessToken()))?.needs
  expect(await needs()).toEqual(['email_confirmation'])
  const token = await strict.tokenFor(ann.email, 'confirm-email')
  expect((await ann.send('POST', '/api/users/email/confirm', { json: { token } })).status).toBe(204)
  expect(await needs()).toBeUndefined()
  const local = await world.signedUp()
  expect((await world.tokens.verify(local.accessToken()))?.needs).toBeUndefined()
})

test('the mail that confirms is sent again when asked for', async () => {
  const ann = await world.signedUp()
  await world.mailsTo(ann.email)
  expect((await ann.send('POST', '/api/users/email/confirmation')).status).toBe(202)
  expect((await world.mailsTo(ann.email)).filter(({ text }) => text.includes('/confirm-email'))).toHaveLength(2)
})
