import { expect, test } from 'bun:test'
import type { ApiResponse } from '../api/api.ts'
import { sessionCookieNames } from './cookies.ts'
import { hasEnded, renewalKey, renewedSession } from './session.ts'

const now = new Date('2027-01-01T00:00:00Z')
const token = (secondsLeft: number, secondsOld = 0) => {
  const at = now.getTime() / 1000
  const claims = { sub: '1', iat: at - secondsOld, exp: at + secondsLeft }
  return `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`
}
const names = sessionCookieNames('http://localhost:3000')

const visit = async (cookie: string | null, answer: Partial<ApiResponse> = {}) => {
  const calls: unknown[][] = []
  const session = await renewedSession({
    cookie,
    names,
    now,
    call: async (...call) => {
      calls.push(call)
      return { status: 200, body: {}, cookies: [], ...answer }
    },
  })
  return { session, calls }
}

test('a token that lasts is used as it is', async () => {
  const { session, calls } = await visit(`access=${token(60)}; refresh=r1; other=x`)
  expect(calls).toEqual([])
  expect(session).toEqual({ cookie: `access=${token(60)}; refresh=r1; other=x`, setCookies: [], isSignedIn: true })
})

test('an ended token is renewed, for this request and for the browser', async () => {
  const fresh = ['access=new; Path=/; HttpOnly', 'refresh=r2; Path=/; HttpOnly']
  for (const cookie of [`access=${token(-1)}; refresh=r1; other=x`, 'refresh=r1; other=x', 'access=junk; refresh=r1']) {
    const { session, calls } = await visit(cookie, { cookies: fresh })
    expect(calls).toEqual([
      ['refresh=r1', 'POST', '/api/users/refresh', expect.objectContaining({ idempotencyKey: renewalKey('r1') })],
    ])
    expect(session.setCookies).toEqual(fresh)
    expect(session.cookie).toContain('access=new')
    expect(session.cookie).toContain('refresh=r2')
    expect(session.cookie).not.toContain('r1')
  }
})

test('tabs that renew at once send the same key; another token sends another', () => {
  expect(renewalKey('r1')).toBe(renewalKey('r1'))
  expect(renewalKey('r1')).not.toBe(renewalKey('r2'))
  expect(renewalKey('r1')).not.toContain('r1')
})

test('a refused renewal signs the browser out', async () => {
  const { session } = await visit(`access=${token(-1)}; refresh=r1; other=x`, { status: 401 })
  expect(session.isSignedIn).toBe(false)
  expect(session.cookie).toBe('other=x')
  expect(session.setCookies.map((cookie) => cookie.split(';')[0])).toEqual(['access=', 'refresh='])
})

test('with auth away nobody is signed out', async () => {
  const { session } = await visit(`access=${token(-1)}; refresh=r1`, { status: 503 })
  expect(session).toMatchObject({ setCookies: [], isSignedIn: true })
})

test('without a refresh token there is nothing to renew', async () => {
  const { session, calls } = await visit(null)
  expect(calls).toEqual([])
  expect(session.isSignedIn).toBe(false)
})

test('an unreadable token counts as ended, and so does one that was issued before the clock was set back', () => {
  expect(hasEnded(token(60), now)).toBe(false)
  expect(hasEnded(token(904, -4), now)).toBe(false)
  expect(hasEnded(token(1_200, -300), now)).toBe(true)
  for (const bad of ['', 'a.b.c', `h.${Buffer.from('null').toString('base64url')}.s`, token(4)]) {
    expect(hasEnded(bad, now)).toBe(true)
  }
})

test('over https the session’s cookies are host-bound', () => {
  expect(sessionCookieNames('https://fair.example')).toEqual({ access: '__Host-access', refresh: '__Host-refresh' })
})
