import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import {
  AccountBannedError,
  EmailNotConfirmedError,
  ForbiddenError,
  NotAuthenticatedError,
  ReauthenticationRequiredError,
  SecondFactorRequiredError,
} from '../errors.ts'
import { withOpenApi } from '../http/describe-route.ts'

export type Role = 'user' | 'admin'
/** Whom a valid access token speaks for. `sessionId` names the device it was issued to. */
export type User = {
  id: string
  role: Role
  sessionId: string
  issuedAt: Date
  /** when they proved who they are, by a password, a code or a passkey; with their token, where it does not say */
  authenticatedAt?: Date
  /** what is missing: `email_confirmation` to buy and sell, `second_factor` to be an admin */
  needs?: readonly string[]
}
export type IdentityEnv = { Variables: { user?: User } }
export type SignedInEnv = { Variables: { user: User } }

type Options = {
  /** the user of a token, or undefined when the token is not valid */
  verify: (token: string) => Promise<User | undefined>
  /** whether a ban came after the token */
  isDenied: (user: User) => boolean | Promise<boolean>
  /** over https the cookie carries the `__Host-` prefix (RFC 6265bis, 4.1.3.2) */
  publicOrigin: string
  /** how long somebody may do what asks for it again, in seconds */
  reauthenticateSeconds: number
}

/** `access` or `refresh` as the cookie is named for this origin. */
export const cookieName = (name: 'access' | 'refresh', publicOrigin: string) =>
  publicOrigin.startsWith('https:') ? `__Host-${name}` : name

const bearer = (c: Context) => /^Bearer +([^ ]+)$/i.exec(c.req.header('authorization') ?? '')?.[1]

/** The access token that a request carries, not yet verified: as a bearer token (RFC 6750) or else in its cookie. */
export const accessTokenOf = (c: Context, publicOrigin: string): string | undefined =>
  bearer(c) ?? getCookie(c, cookieName('access', publicOrigin))

/**
 * Who is calling: middlewares for routes open to all, to the signed-in, to those whose address is confirmed, to those who
 * have proved just now that it is them, and to admins.
 */
export const createIdentity = ({ verify, isDenied, publicOrigin, reauthenticateSeconds }: Options) => {
  const identify = async (c: Context): Promise<User | undefined> => {
    const token = accessTokenOf(c, publicOrigin)
    const user = token ? await verify(token) : undefined
    if (user && (await isDenied(user))) throw new AccountBannedError()
    return user
  }

  const required = async (c: Context): Promise<User> => {
    const user = await identify(c)
    if (!user) throw new NotAuthenticatedError()
    return user
  }

  const optional = createMiddleware<IdentityEnv>(async (c, next) => {
    const user = await identify(c)
    if (user) c.set('user', user)
    await next()
  })
  const signedIn = createMiddleware<SignedInEnv>(async (c, next) => {
    c.set('user', await required(c))
    await next()
  })
  const admin = createMiddleware<SignedInEnv>(async (c, next) => {
    const user = await required(c)
    if (user.role !== 'admin') throw new ForbiddenError('Only an admin may do this')
    if (user.needs?.includes('second_factor'))
      throw new SecondFactorRequiredError(
        'Admins need a second factor: set one up on your account’s page, or sign in with it',
      )
    c.set('user', user)
    await next()
  })
  const confirmed = createMiddleware<SignedInEnv>(async (c, next) => {
    const user = await required(c)
    if (user.needs?.includes('email_confirmation')) throw new EmailNotConfirmedError()
    c.set('user', user)
    await next()
  })
  const recent = createMiddleware<SignedInEnv>(async (c, next) => {
    const user = await required(c)
    if (Date.now() - (user.authenticatedAt ?? user.issuedAt).getTime() > reauthenticateSeconds * 1000)
      throw new ReauthenticationRequiredError()
    c.set('user', user)
    await next()
  })
  const security = [{ cookie: [] }, { bearer: [] }]

  return {
    optional: withOpenApi(optional, { security: [{}, ...security], refuses: ['account_banned'] }),
    signedIn: withOpenApi(signedIn, { security, refuses: ['not_authenticated', 'account_banned'] }),
    confirmed: withOpenApi(confirmed, {
      security,
      refuses: ['not_authenticated', 'account_banned', 'email_not_confirmed'],
    }),
    recent: withOpenApi(recent, {
      security,
      refuses: ['not_authenticated', 'account_banned', 'reauthentication_required'],
    }),
    admin: withOpenApi(admin, {
      security,
      refuses: ['not_authenticated', 'account_banned', 'forbidden', 'second_factor_required'],
    }),
  }
}

export type Identity = ReturnType<typeof createIdentity>
