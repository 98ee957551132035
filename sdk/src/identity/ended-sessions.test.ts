import { afterEach, beforeEach, expect, setSystemTime, test } from 'bun:test'
import { testSidecar } from '@fairpass/servers/testing'
import * as v from 'valibot'
import type { Dapr } from '../dapr/dapr.ts'
import { event } from '../events/events.ts'
import { newId } from '../mongo/entity.ts'
import { createEndedSessions } from './ended-sessions.ts'

// Guarantee: an access token is worth nothing once its session has ended, whichever replica is asked (OWASP ASVS 5.0, 7.4.1).

let dapr: Dapr
const replica = () => createEndedSessions({ dapr, tokenSeconds: 900 })
const ended = (id: string, at = new Date()) => event('session.ended', { id, version: 2, at: at.toISOString() })
const user = (sessionId: string) => ({ id: newId(), role: 'user' as const, sessionId, issuedAt: new Date() })

beforeEach(async () => {
  dapr = await testSidecar(`service-${newId()}`)
})
afterEach(() => {
  setSystemTime()
})

test('a session that one replica heard of is over at all of them, and after a restart', async () => {
  const [first, other] = [replica(), replica()]
  const id = newId()
  await Promise.all([first.handlers['session.ended'](ended(id)), other.handlers['session.ended'](ended(newId()))])
  for (const one of [first, other, replica()]) {
    await one.receive((await dapr.getStates([one.key])).get(one.key))
    expect(one.isEnded(user(id))).toBe(true)
    expect(one.isEnded(user(newId()))).toBe(false)
  }
})

test('a session is forgotten once its last access token is over', async () => {
  const one = replica()
  const id = newId()
  await one.handlers['session.ended'](ended(id))
  setSystemTime(new Date(Date.now() + 906_000))
  expect(one.isEnded(user(id))).toBe(false)
  await one.handlers['session.ended'](ended(newId()))
  expect(JSON.stringify(await dapr.getState('ended-sessions', v.unknown()))).not.toContain(id)
})

test('the list has a bound: of too many the latest are kept', async () => {
  const one = replica()
  const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, nth) => [newId(), Date.now() + 1_000 + nth]))
  await dapr.saveState('ended-sessions', many, undefined)
  const id = newId()
  await one.handlers['session.ended'](ended(id))
  const [first = ''] = Object.keys(many)
  expect([first, id].map((session) => one.isEnded(user(session)))).toEqual([false, true])
})
