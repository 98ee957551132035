import { createHash } from 'node:crypto'
import type { ApiResponse, CallOptions, Method } from '../api/api.ts'
import { clearedCookie, cookieHeader, cookieSetBy, cookiesOf, type SessionCookieNames } from './cookies.ts'

// A token that is about to end would end on its way to the service. One that was issued later than so far ahead is of a clock
// that was set back since, which services refuse, too.
const leewaySeconds = 5
const renewalTimeoutMs = 5000

/** Whether an access token has to be renewed, read from its times alone: the services verify it. */
export const hasEnded = (accessToken: string, now: Date): boolean => {
  try {
    const claims: unknown = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
    if (typeof claims !== 'object' || claims === null || !('exp' in claims) || typeof claims.exp !== 'number')
      return true
    const nowSeconds = now.getTime() / 1000
    const isAhead = 'iat' in claims && Number(claims.iat) - leewaySeconds > nowSeconds
    return isAhead || claims.exp - leewaySeconds <= nowSeconds
  } catch {
    return true
  }
}

/** The same refresh token gives the same key, so tabs that renew at once get one answer and no reuse is seen. */
export const renewalKey = (refreshToken: string): string =>
  `renew-${createHash('sha256').update(refreshToken).digest('hex')}`

export type Session = {
  /** What to send to the API for this request. */
  cookie: string
  /** The cookies for the browser. */
  setCookies: string[]
  isSignedIn: boolean
}

export type RenewalOptions = {
  cookie: string | null
  names: SessionCookieNames
  now: Date
  call: (cookie: string, method: Method, path: string, options: CallOptions) => Promise<ApiResponse>
}

/** The visitor's session for this request, renewed when its access token is gone or over. */
export const renewedSession = async ({ cookie, names, now, call }: RenewalOptions): Promise<Session> => {
  const cookies = cookiesOf(cookie)
  const access = cookies.get(names.access)
  const refresh = cookies.get(names.refresh)
  if (access && !hasEnded(access, now)) return { cookie: cookie ?? '', setCookies: [], isSignedIn: true }
  if (!refresh) return { cookie: cookie ?? '', setCookies: [], isSignedIn: false }

  const options = { idempotencyKey: renewalKey(refresh), timeoutMs: renewalTimeoutMs }
  const answer = await call(`${names.refresh}=${refresh}`, 'POST', '/api/users/refresh', options)
  if (answer.status === 401 || answer.status === 403) {
    cookies.delete(names.access)
    cookies.delete(names.refresh)
    const setCookies = [clearedCookie(names.access), clearedCookie(names.refresh)]
    return { cookie: cookieHeader(cookies), setCookies, isSignedIn: false }
  }
  // auth cannot answer now: the session may well be good, so it is neither renewed nor thrown away.
  if (answer.status !== 200) return { cookie: cookie ?? '', setCookies: [], isSignedIn: true }
  for (const set of answer.cookies) {
    const [name, value] = cookieSetBy(set)
    if (value === '') cookies.delete(name)
    else cookies.set(name, value)
  }
  return { cookie: cookieHeader(cookies), setCookies: answer.cookies, isSignedIn: true }
}
