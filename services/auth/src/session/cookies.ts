import { cookieName } from '@fairpass/sdk/identity'
import type { Context } from 'hono'
import { deleteCookie, generateCookie, getCookie, setCookie } from 'hono/cookie'
import type { AuthConfig } from '../config.ts'

type Options = Pick<AuthConfig, 'PUBLIC_ORIGIN' | 'ACCESS_TOKEN_SECONDS' | 'REFRESH_TOKEN_SECONDS'>

/** How long a user may take to enter the code. */
export const pendingSignInSeconds = 300

const pendingNameAt = (publicOrigin: string) => (publicOrigin.startsWith('https:') ? '__Host-signin' : 'signin')

/** The two cookies of a session. No script reads them, and no page of another site sends them along with a write. */
export const createSessionCookies = ({ PUBLIC_ORIGIN, ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS }: Options) => {
  const names = { access: cookieName('access', PUBLIC_ORIGIN), refresh: cookieName('refresh', PUBLIC_ORIGIN) }
  const pendingName = pendingNameAt(PUBLIC_ORIGIN)
  const attributes = {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: PUBLIC_ORIGIN.startsWith('https:'),
  } as const
  return {
    refreshToken: (c: Context): string | undefined => getCookie(c, names.refresh),

    set: (c: Context, { access, refresh }: { access: string; refresh: string }) => {
      setCookie(c, names.access, access, { ...attributes, maxAge: ACCESS_TOKEN_SECONDS })
      setCookie(c, names.refresh, refresh, { ...attributes, maxAge: REFRESH_TOKEN_SECONDS })
    },

    setAccess: (c: Context, access: string) =>
      setCookie(c, names.access, access, { ...attributes, maxAge: ACCESS_TOKEN_SECONDS }),

    /** A sign-in with the right password that still needs a code. */
    pending: (c: Context): string | undefined => getCookie(c, pendingName),
    setPending: (answer: Response, value: string) =>
      answer.headers.append(
        'set-cookie',
        generateCookie(pendingName, value, { ...attributes, maxAge: pendingSignInSeconds }),
      ),
    clearPending: (c: Context) => void deleteCookie(c, pendingName, attributes),

    clear: (c: Context) => {
      for (const name of [names.access, names.refresh]) deleteCookie(c, name, attributes)
    },
  }
}
