import { AccountBannedError, NotFoundError, SecondFactorRequiredError } from '@fairpass/sdk/errors'
import { body, describeRoute, Id, type IdempotencyEnv, problem } from '@fairpass/sdk/http'
import { accessTokenOf } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { ClientSession } from 'mongodb'
import * as v from 'valibot'
import { Email, GivenPassword, NewPassword } from './account/credentials.ts'
import { keepAnAdmin } from './account/routes.ts'
import type { Accounts } from './account/store.ts'
import type { AuthConfig } from './config.ts'
import { languageOf } from './contact/language.ts'
import { type Account, EarningsOutstandingError, InvalidCredentialsError, toPublic } from './domain/account.ts'
import type { Limits } from './limits.ts'
import type { Language } from './mail/letter.ts'
import type { Payments } from './peers/payments.ts'
import { AccountAnswer, CurrentUserAnswer, KeysAnswer, SessionsAnswer } from './schemas.ts'
import type { SecondFactors } from './second-factor/store.ts'
import { notStored, type SessionIssuer } from './session/issuer.ts'
import type { PendingSignIns } from './session/pending.ts'
import { type Presented, type Sessions, sessionIdOf } from './session/store.ts'
import type { Tokens } from './session/tokens.ts'

const SignUp = v.strictObject({ email: Email, password: NewPassword })
const SignIn = v.strictObject({ email: Email, password: GivenPassword })
const ChangedPassword = v.strictObject({ currentPassword: GivenPassword, newPassword: NewPassword })
const Farewell = v.strictObject({ password: GivenPassword })

/** Why somebody does not get in after all. */
const lostEntry = ['invalid_credentials', 'account_banned', 'refresh_token_invalid'] as const

type Env = { Variables: IdempotencyEnv['Variables'] & { presented: Presented } }
type Config = Pick<AuthConfig, 'PUBLIC_ORIGIN'>
export type RoutesDeps = {
  config: Config
  accounts: Accounts
  sessions: Sessions
  tokens: Tokens
  payments: Payments
  context: ServiceContext
  sessionIssuer: SessionIssuer
  secondFactors: SecondFactors
  pendingSignIns: PendingSignIns
  limits: Limits
  /** what is owed to somebody who has just signed up, written with the account */
  welcome: (account: Account, language: Language | undefined, session: ClientSession) => Promise<void>
  /** what is owed to somebody whose password was changed */
  passwordChanged: (userId: string, session: ClientSession) => Promise<void>
  /** what else is personal goes with the account */
  farewell: (account: Account, session: ClientSession) => Promise<void>
}

export const createRoutes = ({
  config,
  accounts,
  sessions,
  tokens,
  payments,
  context,
  sessionIssuer,
  limits,
  secondFactors,
  pendingSignIns,
  ...deps
}: RoutesDeps) => {
  const { identity, idempotent } = context
  const { cookies, enter, signIn } = sessionIssuer

  /** The body of these routes tells nobody apart, and an answer kept for one visitor's key must not reach another. */
  const byRefreshToken = createMiddleware<IdempotencyEnv>(async (c, next) => {
    c.set('caller', cookies.refreshToken(c) ?? accessTokenOf(c, config.PUBLIC_ORIGIN) ?? '')
    await next()
  })

  const admitted = createMiddleware<Env>(async (c, next) => {
    const canReplay = c.req.header('idempotency-key') !== undefined
    c.set('presented', await sessions.authenticateRefresh(cookies.refreshToken(c), canReplay))
    await next()
  })

  const confirmPassword = async (userId: string, password: string): Promise<void> => {
    if (!(await accounts.isPasswordOf(userId, password))) throw new InvalidCredentialsError('The password is wrong')
  }

  return new Hono<Env>()
    .use('/api/users/*', notStored)
    .get(
      '/api/users/.well-known/jwks.json',
      describeRoute('The public keys of access tokens', { 200: KeysAnswer }),
      (c) => {
        c.header('cache-control', 'public, max-age=300')
        return c.json(tokens.jwks)
      },
    )
    .post(
      '/api/users/signup',
      limits.signUpByAddress,
      idempotent,
      body(SignUp),
      limits.signUpByAccount,
      describeRoute('Sign up, and in', { 201: AccountAnswer }, 'email_in_use', ...lostEntry),
      async (c) => {
        const account = await accounts.create({
          id: c.var.idempotentId,
          ...c.req.valid('json'),
          beside: (created, session) => deps.welcome(created, languageOf(c), session),
        })
        return c.json(toPublic(await signIn(c, account, { isNew: true })), 201)
      },
    )
    .post(
      '/api/users/signin',
      limits.signInByAddress,
      idempotent,
      body(SignIn),
      limits.wrongPasswordsHere,
      limits.wrongPasswordsAnywhere,
      describeRoute('Sign in', { 200: AccountAnswer }, 'second_factor_required', ...lostEntry),
      async (c) => {
        const { email, password } = c.req.valid('json')
        const account = await accounts.authenticate(email, password)
        if (!account) throw new InvalidCredentialsError()
        if (account.status === 'banned') throw new AccountBannedError()
        if ((await secondFactors.standing(account.id)).hasTotp) {
          const refused = problem(new SecondFactorRequiredError())
          cookies.setPending(refused, pendingSignIns.issue({ userId: account.id, version: account.version }))
          return refused as never
        }
        return c.json(toPublic(await signIn(c, account)))
      },
    )
    .post(
      '/api/users/signout',
      byRefreshToken,
      idempotent,
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
      admitted,
      idempotent,
      describeRoute('Renew the session, by its refresh cookie', { 200: AccountAnswer }, ...lostEntry),
      async (c) => c.json(toPublic(await enter(c, await sessions.rotate(c.var.presented)))),
    )
    .get(
      '/api/users/currentuser',
      identity.optional,
      describeRoute('Who is signed in', { 200: CurrentUserAnswer }),
      async (c) => {
        const account = c.var.user ? await accounts.find(c.var.user.id) : undefined
        return c.json({ currentUser: account ? toPublic(account) : null })
      },
    )
    .put(
      '/api/users/password',
      identity.signedIn,
      limits.wrongConfirmations,
      body(ChangedPassword),
      describeRoute(
        'Change the password: the other sessions end',
        { 204: undefined },
        'invalid_credentials',
        'version_conflict',
      ),
      async (c) => {
        const { currentPassword, newPassword } = c.req.valid('json')
        const { id, sessionId } = c.var.user
        await confirmPassword(id, currentPassword)
        await accounts.setPassword(id, newPassword, (session) => deps.passwordChanged(id, session))
        await sessions.endOthers(id, sessionId)
        return c.body(null, 204)
      },
    )
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
    .delete(
      '/api/users/me',
      identity.signedIn,
      limits.wrongConfirmations,
      body(Farewell),
      describeRoute(
        'Erase the account',
        { 204: undefined },
        'invalid_credentials',
        'earnings_outstanding',
        'version_conflict',
      ),
      async (c) => {
        const { id } = c.var.user
        await confirmPassword(id, c.req.valid('json').password)
        await keepAnAdmin(accounts, c.var.user)
        if (await payments.isOwed(id)) throw new EarningsOutstandingError()
        await accounts.erase(id, new Date(), deps.farewell)
        await sessions.endAll(id)
        cookies.clear(c)
        return c.body(null, 204)
      },
    )
}
