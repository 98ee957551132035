import { beforeAll, beforeEach, expect, test } from 'bun:test'
import type { Dapr } from '@fairpass/sdk/dapr'
import { newId } from '@fairpass/sdk/mongo'
import { testSidecar } from '@fairpass/servers/testing'
import { createWorld, refusal, type World } from './testing/world.ts'

let dapr: Dapr
let world: World
/** An address that no other test has. */
let address: string

const worldWith = (env: Record<string, string>) => createWorld({ dapr, env: { APP_API_TOKEN: '', ...env } })
const at = (from: string) => ({ 'dapr-caller-app-id': 'web', 'x-forwarded-for': from })
const tooMany = [429, 'too_many_requests']
const wrong = [401, 'invalid_credentials']

beforeAll(async () => {
  dapr = await testSidecar('limited-auth')
})

beforeEach(async () => {
  world = await worldWith({ LIMIT_SIGNIN_ACCOUNT: '3/600', LIMIT_SIGNIN_ACCOUNT_ANYWHERE: '8/3600' })
  address = `2001:db8:${newId().slice(0, 4)}:${newId().slice(-4)}::7`
})

const signIn = (email: string, password: string, from = address) =>
  world.visitor().send('POST', '/api/users/signin', { json: { email, password }, headers: at(from) })

// Guarantee: a password cannot be guessed; nor can the owner be locked out from another address by one who tries.
test('wrong passwords for an account end in 429, even at once; elsewhere its owner still gets in', async () => {
  const ann = await world.signedUp()
  const guesses = await Promise.all(Array.from({ length: 9 }, (_, guess) => signIn(ann.email, `guess ${guess}`)))
  const statuses = guesses.map(({ status }) => status).toSorted()
  expect(statuses).toEqual([401, 401, 401, 429, 429, 429, 429, 429, 429])
  const refused = await signIn(ann.email, ann.password)
  expect(Number(refused.headers.get('retry-after'))).toBeWithin(1, 201)
  expect(await refusal(refused)).toEqual(tooMany)
  expect((await signIn(ann.email, ann.password, '203.0.113.9')).status).toBe(200)
})

test('guesses from many addresses are bounded together', async () => {
  const ann = await world.signedUp()
  const seen = []
  for (let guess = 0; guess < 10; guess++)
    seen.push(await refusal(await signIn(ann.email, 'wrong horse', `203.0.113.${guess}`)))
  expect(seen).toEqual([...Array(8).fill(wrong), tooMany, tooMany])
})

// Guarantee: how many guesses are let through does not tell who has an account.
test('an address that nobody has is limited the same', async () => {
  const seen = []
  for (let guess = 0; guess < 4; guess++) seen.push(await refusal(await signIn('nobody@example.com', `guess ${guess}`)))
  expect(seen).toEqual([wrong, wrong, wrong, tooMany])
})

test('a right password makes the budget whole; whoever signs in often is never refused', async () => {
  const ann = await world.signedUp()
  for (let turn = 0; turn < 3; turn++) {
    for (let guess = 0; guess < 2; guess++)
      expect(await refusal(await signIn(ann.email, `guess ${guess}`))).toEqual(wrong)
    expect((await signIn(ann.email, ann.password)).status).toBe(200)
  }
  for (let turn = 0; turn < 12; turn++) expect((await signIn(ann.email, ann.password)).status).toBe(200)
})

test('who holds a session guesses at its password no better', async () => {
  const ann = await world.signedUp()
  const guess = () => ann.send('DELETE', '/api/users/me', { json: { password: 'wrong horse' } })
  for (let turn = 0; turn < 3; turn++) expect(await refusal(await guess())).toEqual(wrong)
  expect(await refusal(await guess())).toEqual(tooMany)
  const json = { currentPassword: ann.password, newPassword: 'battery staple' }
  expect(await refusal(await ann.send('PUT', '/api/users/password', { json }))).toEqual(tooMany)
})

test('sign-ups and sign-ins from one address are limited, whoever they are for', async () => {
  const narrow = await worldWith({ LIMIT_SIGNUP_ADDRESS: '3/600', LIMIT_SIGNIN_ADDRESS: '3/600' })
  for (const path of ['/api/users/signup', '/api/users/signin']) {
    const answers = []
    for (let turn = 0; turn < 4; turn++) {
      const json = { email: `${newId()}@example.com`, password: 'correct horse' }
      answers.push((await narrow.visitor().send('POST', path, { json, headers: at(address) })).status)
    }
    expect(answers.at(-1)).toBe(429)
    expect(answers.slice(0, 3)).not.toContain(429)
    const json = { email: `${newId()}@example.com`, password: 'correct horse' }
    expect((await narrow.visitor().send('POST', path, { json, headers: at('203.0.113.77') })).status).not.toBe(429)
  }
})

test('sign-ups for one address of email are limited', async () => {
  const narrow = await worldWith({ LIMIT_SIGNUP_ACCOUNT: '2/600' })
  const json = { email: `${newId()}@example.com`, password: 'correct horse' }
  const statuses = []
  for (let turn = 0; turn < 3; turn++)
    statuses.push((await narrow.visitor().send('POST', '/api/users/signup', { json })).status)
  expect(statuses).toEqual([201, 409, 429])
})

test('a session is not renewed again and again', async () => {
  const narrow = await worldWith({ LIMIT_REFRESH_SESSION: '2/600' })
  const ann = await narrow.signedUp()
  const statuses = []
  for (let turn = 0; turn < 3; turn++) statuses.push((await ann.send('POST', '/api/users/refresh')).status)
  expect(statuses).toEqual([200, 200, 429])
  const other = await narrow.signedIn(ann)
  expect((await other.send('POST', '/api/users/refresh')).status).toBe(200)
})

// Guarantee: a crowd behind one address, such as a hall's, signs up and in.
test('with the usual limits a hundred people sign up from one address at once', async () => {
  const usual = await worldWith({})
  const people = Array.from({ length: 100 }, () => ({ email: `${newId()}@example.com`, password: 'correct horse' }))
  for (const [path, status] of [
    ['/api/users/signup', 201],
    ['/api/users/signin', 200],
  ] as const) {
    const answers = await Promise.all(
      people.map((json) => usual.visitor().send('POST', path, { json, headers: at(address) })),
    )
    expect(answers.filter((answer) => answer.status === status)).toHaveLength(100)
  }
})
