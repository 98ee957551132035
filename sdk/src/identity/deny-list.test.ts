import { beforeEach, expect, test } from 'bun:test'
import { testSidecar } from '@fairpass/servers/testing'
import * as v from 'valibot'
import type { Dapr } from '../dapr/dapr.ts'
import { event } from '../events/events.ts'
import { newId } from '../mongo/entity.ts'
import { createDenyList } from './deny-list.ts'

// Promise 8: a banned account is refused by every service within a second.

let dapr: Dapr
let denyList: ReturnType<typeof createDenyList>
let atAuth: { userId: string; bannedAt: string }[]

const replica = () =>
  createDenyList({ dapr: { ...dapr, invoke: async () => ({ bans: atAuth }) as never }, tokenSeconds: 900 })

beforeEach(async () => {
  // Each service keeps its list under its own app id, so each test is a service of its own.
  dapr = await testSidecar(`service-${newId()}`)
  atAuth = []
  denyList = replica()
})

const load = async (list: ReturnType<typeof replica>) => list.receive((await dapr.getStates([list.key])).get(list.key))

const now = Date.now()
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString()
const ban = (id: string, seconds: number, version = 1, list = denyList) =>
  list.handlers['user.banned'](event('user.banned', { id, version, at: at(seconds) }))
const unban = (id: string, seconds: number, version = 2) =>
  denyList.handlers['user.unbanned'](event('user.unbanned', { id, version, at: at(seconds) }))
const user = (id: string, tokenOf: number) => ({
  id,
  role: 'user' as const,
  sessionId: newId(),
  issuedAt: new Date(now + tokenOf * 1000),
})

test('a ban ends the tokens of before, at every replica that looks, and after a restart', async () => {
  const id = newId()
  await ban(id, 0)
  for (const list of [denyList, replica()]) {
    await load(list)
    expect(list.isDenied(user(id, -10))).toBe(true)
    expect(list.isDenied(user(id, 10))).toBe(false)
    expect(list.isDenied(user(newId(), -10))).toBe(false)
  }
})

test('events that repeat or are late forget no ban', async () => {
  const id = newId()
  await ban(id, 0)
  await unban(id, 10)
  await ban(id, 20, 3)
  await ban(id, 0)
  await unban(id, 10)
  expect(denyList.isDenied(user(id, 15))).toBe(true)
  await unban(id, 30, 4)
  expect(denyList.isDenied(user(id, 15))).toBe(false)
})

test('the list shrinks as the tokens expire that it is about', async () => {
  const [old, recent] = [newId(), newId()]
  await ban(old, -906)
  await ban(recent, 0)
  expect(denyList.isDenied(user(recent, -10))).toBe(true)
  const { value } = (await dapr.getState('deny-list', v.record(v.string(), v.unknown()))) ?? {}
  expect(Object.keys(value ?? {})).toEqual([recent])
})

test('a state store that was emptied is filled again, from memory and from auth', async () => {
  const [first, second, third] = [newId(), newId(), newId()]
  await ban(first, 0)
  await dapr.deleteState('deny-list')
  await ban(second, 0)
  const other = replica()
  await load(other)
  expect([first, second].map((id) => other.isDenied(user(id, -10)))).toEqual([true, true])
  await dapr.deleteState('deny-list')
  atAuth = [{ userId: third, bannedAt: at(0) }]
  const started = replica()
  await load(started)
  expect(started.isDenied(user(third, -10))).toBe(true)
})

test('a clock that was set back keeps nobody out who was let in again, and a late ban lets nobody in', async () => {
  const id = newId()
  await ban(id, 3_600)
  expect(denyList.isDenied(user(id, 0))).toBe(true)
  await unban(id, 0)
  expect(denyList.isDenied(user(id, 10))).toBe(false)
  // Issued by a service that had not heard of the leap yet.
  const other = newId()
  await ban(other, 0)
  expect(denyList.isDenied(user(other, 4))).toBe(true)
})
