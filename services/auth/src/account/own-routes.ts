import { now } from '@fairpass/sdk/clock'
import { body, describeRoute } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import type { ClientSession } from 'mongodb'
import * as v from 'valibot'
import { type Account, EarningsOutstandingError, toPublic, WrongPasswordError } from '../domain/account.ts'
import type { Limits } from '../limits.ts'
import type { Payments } from '../peers/payments.ts'
import { CurrentUserAnswer } from '../schemas.ts'
import type { SessionIssuer } from '../session/issuer.ts'
import type { Sessions } from '../session/store.ts'
import { GivenPassword, NewPassword } from './credentials.ts'
import { keepAnAdmin } from './routes.ts'
import type { Accounts } from './store.ts'

const ChangedPassword = v.strictObject({ currentPassword: GivenPassword, newPassword: NewPassword })
const Farewell = v.strictObject({ password: GivenPassword })

export type OwnAccountDeps = {
  accounts: Accounts
  sessions: Sessions
  payments: Payments
  sessionIssuer: SessionIssuer
  limits: Limits
  context: ServiceContext
  /** the mail that is due when a password was changed */
  passwordChanged: (userId: string, session: ClientSession) => Promise<void>
  /** deletes what else is personal together with the account */
  farewell: (account: Account, session: ClientSession) => Promise<void>
}

/** Who is signed in, and their password. */
export const createPasswordRoutes = (deps: OwnAccountDeps) => {
  const { accounts, sessions, limits } = deps
  const { identity } = deps.context

  return new Hono<SignedInEnv>()
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
        if (!(await accounts.isPasswordOf(id, currentPassword))) throw new WrongPasswordError('currentPassword')
        await accounts.setPassword(id, newPassword, (session) => deps.passwordChanged(id, session))
        await sessions.endOthers(id, sessionId)
        return c.body(null, 204)
      },
    )
}

/** The end of an account. */
export const createErasureRoutes = (deps: OwnAccountDeps) => {
  const { accounts, sessions, payments, limits } = deps
  return new Hono<SignedInEnv>().delete(
    '/api/users/me',
    deps.context.identity.signedIn,
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
      if (!(await accounts.isPasswordOf(id, c.req.valid('json').password))) throw new WrongPasswordError()
      await keepAnAdmin(accounts, c.var.user)
      if (await payments.isOwed(id)) throw new EarningsOutstandingError()
      await accounts.erase(id, now(), deps.farewell)
      await sessions.endAll(id)
      deps.sessionIssuer.cookies.clear(c)
      return c.body(null, 204)
    },
  )
}
