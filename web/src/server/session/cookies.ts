import type { Language } from '../../i18n/languages.ts'

export type SessionCookieNames = {
  access: string
  refresh: string
}

/** Over https the session's cookies carry the __Host- prefix; over http on localhost no browser would keep it. */
export const sessionCookieNames = (publicOrigin: string): SessionCookieNames => {
  const prefix = publicOrigin.startsWith('https:') ? '__Host-' : ''
  return { access: `${prefix}access`, refresh: `${prefix}refresh` }
}

/** The cookies of a Cookie header, values as they were sent. */
export const cookiesOf = (header: string | null): Map<string, string> => {
  const cookies = new Map<string, string>()
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, Math.max(equals, 0)).trim()
    // The first one wins: browsers send the more specific path first.
    if (name !== '' && !cookies.has(name)) cookies.set(name, pair.slice(equals + 1).trim())
  }
  return cookies
}

export const cookieHeader = (cookies: Map<string, string>): string =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

/** The name and value that a Set-Cookie sets; an empty value removes the cookie. */
export const cookieSetBy = (setCookie: string): [name: string, value: string] => {
  const [pair = '', ...attributes] = setCookie.split(';')
  const equals = pair.indexOf('=')
  const isGone = attributes.some((attribute) => /^\s*max-age\s*=\s*(0|-\d+)\s*$/i.test(attribute))
  return [pair.slice(0, equals).trim(), isGone ? '' : pair.slice(equals + 1).trim()]
}

export const languageCookieName = 'language'
const yearSeconds = 365 * 24 * 3600

/** Kept by the browser alone, and no secret. */
export const languageCookie = (language: Language): string =>
  `${languageCookieName}=${language}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${yearSeconds}`

export const clearedCookie = (name: string): string =>
  `${name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0${name.startsWith('__Host-') ? '; Secure' : ''}`
