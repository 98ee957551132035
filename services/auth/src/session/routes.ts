import { NotFoundError } from '@fairpass/sdk/errors'
import { describeRoute, Id, type IdempotencyEnv } from '@fairpass/sdk/http'
import { accessTokenOf } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import * as v from 'valibot'
import type { AuthConfig } from '../config.ts'
import { toPublic } from '../domain/account.ts'
import type { Limits } from '../limits.ts'
import { AccountAnswer, SessionsAnswer } from '../schemas.ts'
import type { SessionIssuer } from './issuer.ts'
import { type Presented, sessionIdOf } from './refresh-token.ts'
import { entryRefusals } from './sign-in-routes.ts'
import type { Sessions } from './store.ts'
import type { Tokens } from './tokens.ts'

type Env = { Variables: IdempotencyEnv['Variables'] & { presented: Presented } }
export type SessionDeps = {
  config: Pick<AuthConfig, 'PUBLIC_ORIGIN'>
  sessions: Sessions
  tokens: Tokens
  sessionIssuer: SessionIssuer
  limits: Limits
  context: ServiceContext
}

/** The body of these routes is the same for everybody, and an answer stored for one visitor's key must not reach another. */
const createCallerMiddleware = ({ config, sessionIssuer: { cookies } }: SessionDeps) =>
  createMiddleware<IdempotencyEnv>(async (c, next) => {
    c.set('caller', cookies.refreshToken(c) ?? accessTokenOf(c, config.PUBLIC_ORIGIN) ?? '')
    await next()
  })

/** The session of a browser: renewed and ended by its refresh cookie. */
export const createRefreshRoutes = (deps: SessionDeps) => {
  const { config, sessions, tokens, sessionIssuer, limits, context } = deps
  const { cookies, enter } = sessionIssuer
  const byRefreshToken = createCallerMiddleware(deps)

  const presented = createMiddleware<Env>(async (c, next) => {
    const canReplay = c.req.header('idempotency-key') !== undefined
    c.set('presented', await sessions.authenticateRefresh(cookies.refreshToken(c), canReplay))
    await next()
  })

  return new Hono<Env>()
    .post(
      '/api/users/signout',
      byRefreshToken,
      context.idempotent,
      describeRoute('Sign out: this session ends', { 204: undefined }),
      async (c) => {
        if (!(await sessions.endByToken(cookies.refreshToken(c)))) {
          const token = accessTokenOf(c, config.PUBLIC_ORIGIN)
          const user = token ? await tokens.verify(token) : undefined
          if (user) await sessions.end(user.sessionId)
        }
        cookies.clear(c)
        return c.body(null, 204)
      },
    )
    .post(
      '/api/users/refresh',
      limits.refreshByAddress,
      limits.refreshBySession((c) => sessionIdOf(cookies.refreshToken(c))),
      byRefreshToken,
      presented,
      context.idempotent,
      describeRoute('Renew the session, by its refresh cookie', { 200: AccountAnswer }, ...entryRefusals),
      async (c) => c.json(toPublic(await enter(c, await sessions.rotate(c.var.presented)))),
    )
}

/** The devices that are signed in. */
export const createDeviceRoutes = ({ sessions, sessionIssuer: { cookies }, context: { identity } }: SessionDeps) =>
  new Hono<Env>()
    .get(
      '/api/users/sessions',
      identity.signedIn,
      describeRoute('The devices that are signed in', { 200: SessionsAnswer }),
      async (c) => {
        const { id, sessionId } = c.var.user
        const own = await sessions.list(id)
        return c.json({ sessions: own.map((session) => ({ ...session, isCurrent: session.id === sessionId })) })
      },
    )
    .delete(
      '/api/users/sessions/:id',
      identity.recent,
      describeRoute('End a session', { 204: undefined }),
      async (c) => {
        const { id, sessionId } = c.var.user
        const isOwn = v.is(Id, c.req.param('id')) && (await sessions.endOwn(c.req.param('id'), id))
        if (!isOwn) throw new NotFoundError('There is no such session')
        if (c.req.param('id') === sessionId) cookies.clear(c)
        return c.body(null, 204)
      },
    )
