import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { AccountBannedError, ForbiddenError, NotAuthenticatedError } from '../errors.ts'
import { withOpenApi } from '../http/describe-route.ts'

export type Role = 'user' | 'admin'
/** Whom a valid access token speaks for. `sessionId` names the device it was issued to. */
export type User = { id: string; role: Role; sessionId: string; issuedAt: Date }
export type IdentityEnv = { Variables: { user?: User } }
export type SignedInEnv = { Variables: { user: User } }

type Options = {
  /** the user of a token, or undefined when the token is not valid */
  verify: (token: string) => Promise<User | undefined>
  /** whether a ban came after the token */
  isDenied: (user: User) => boolean | Promise<boolean>
  /** over https the cookie carries the `__Host-` prefix (RFC 6265bis, 4.1.3.2) */
  publicOrigin: string
}

/** `access` or `refresh` as the cookie is named for this origin. */
export const cookieName = (name: 'access' | 'refresh', publicOrigin: string) =>
  publicOrigin.startsWith('https:') ? `__Host-${name}` : name

const bearer = (c: Context) => /^Bearer +([^ ]+)$/i.exec(c.req.header('authorization') ?? '')?.[1]

/** The access token that a request carries, not yet verified: as a bearer token (RFC 6750) or else in its cookie. */
export const accessTokenOf = (c: Context, publicOrigin: string): string | undefined =>
  bearer(c) ?? getCookie(c, cookieName('access', publicOrigin))

/** Who is calling: three middlewares, for routes open to all, to the signed-in, and to admins. */
export const createIdentity = ({ verify, isDenied, publicOrigin }: Options) => {
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
    c.set('user', user)
    await next()
  })
  const security = [{ cookie: [] }, { bearer: [] }]

  return {
    optional: withOpenApi(optional, { security: [{}, ...security], refuses: ['account_banned'] }),
    signedIn: withOpenApi(signedIn, { security, refuses: ['not_authenticated', 'account_banned'] }),
    admin: withOpenApi(admin, { security, refuses: ['not_authenticated', 'account_banned', 'forbidden'] }),
  }
}

export type Identity = ReturnType<typeof createIdentity>
