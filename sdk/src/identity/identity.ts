import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { now } from '../clock.ts'
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
/** The user of a valid access token. `sessionId` names the device it was issued to. */
export type User = {
  id: string
  role: Role
  sessionId: string
  issuedAt: Date
  /**
   * when they proved who they are, by a password, a code or a passkey; when the token was issued, where it does not say
   */
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
  /** for how many seconds after authenticating a user need not do it again */
  reauthenticateSeconds: number
}

/** `access` or `refresh` as the cookie is named for this origin. */
export const cookieName = (name: 'access' | 'refresh', publicOrigin: string) =>
  publicOrigin.startsWith('https:') ? `__Host-${name}` : name

const bearer = (c: Context) => /^Bearer +([^ ]+)$/i.exec(c.req.header('authorization') ?? '')?.[1]

/** The access token that a request carries, not yet verified: as a bearer token (RFC 6750) or else in its cookie. */
export const accessTokenOf = (c: Context, publicOrigin: string): string | undefined =>
  bearer(c) ?? getCookie(c, cookieName('access', publicOrigin))

/** @throws AccountBannedError */
const createRequired = ({ verify, isDenied, publicOrigin }: Options) => {
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

  return { identify, required }
}

/** A route's guard: signed-in users pass, unless `refuse` gives a reason. */
const createGuard =
  (required: (c: Context) => Promise<User>) =>
  (refuse: (user: User) => Error | undefined = () => undefined) =>
    createMiddleware<SignedInEnv>(async (c, next) => {
      const user = await required(c)
      const refusal = refuse(user)
      if (refusal) throw refusal
      c.set('user', user)
      await next()
    })

const refuseAdmin = ({ role, needs }: User) => {
  if (role !== 'admin') return new ForbiddenError('Only an admin may do this')
  return needs?.includes('second_factor')
    ? new SecondFactorRequiredError(
        'Admins need a second factor: set one up on your account’s page, or sign in with it',
      )
    : undefined
}

const refuseUnconfirmed = ({ needs }: User) =>
  needs?.includes('email_confirmation') ? new EmailNotConfirmedError() : undefined

const security = [{ cookie: [] }, { bearer: [] }]

/**
 * Middlewares that identify the caller: for routes open to all, to signed-in users, to users with a confirmed address,
 * to users who have just authenticated again, and to admins.
 */
export const createIdentity = (options: Options) => {
  const { identify, required } = createRequired(options)
  const guard = createGuard(required)

  const optional = createMiddleware<IdentityEnv>(async (c, next) => {
    const user = await identify(c)
    if (user) c.set('user', user)
    await next()
  })
  const recent = guard(({ authenticatedAt, issuedAt }) =>
    now().getTime() - (authenticatedAt ?? issuedAt).getTime() > options.reauthenticateSeconds * 1000
      ? new ReauthenticationRequiredError()
      : undefined,
  )

  return {
    optional: withOpenApi(optional, { security: [{}, ...security], refuses: ['account_banned'] }),
    signedIn: withOpenApi(guard(), { security, refuses: ['not_authenticated', 'account_banned'] }),
    confirmed: withOpenApi(guard(refuseUnconfirmed), {
      security,
      refuses: ['not_authenticated', 'account_banned', 'email_not_confirmed'],
    }),
    recent: withOpenApi(recent, {
      security,
      refuses: ['not_authenticated', 'account_banned', 'reauthentication_required'],
    }),
    admin: withOpenApi(guard(refuseAdmin), {
      security,
      refuses: ['not_authenticated', 'account_banned', 'forbidden', 'second_factor_required'],
    }),
  }
}

export type Identity = ReturnType<typeof createIdentity>
