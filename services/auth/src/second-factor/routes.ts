import { NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, type IdempotencyEnv } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import { renderSVG } from 'uqr'
import * as v from 'valibot'
import type { Accounts } from '../account/store.ts'
import { InvalidCredentialsError, toPublic } from '../domain/account.ts'
import type { Limits } from '../limits.ts'
import type { Mails } from '../mail/store.ts'
import { tellOfChange } from '../notify/security.ts'
import { AccountAnswer, RecoveryCodesAnswer, TotpAnswer } from '../schemas.ts'
import type { SessionIssuer } from '../session/issuer.ts'
import type { PendingSignIns } from '../session/pending.ts'
import type { Sessions } from '../session/store.ts'
import type { SecondFactors } from './store.ts'

/** Of an app, or a recovery code. */
export const Code = v.pipe(
  v.string('must be a text'),
  v.trim(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(60, 'is longer than any code'),
  v.examples(['123456']),
)
const WithCode = v.strictObject({ code: Code })

/** With a picture, which an app reads with its camera. */
const shown = ({ secret, uri }: { secret: string; uri: string }) => ({ secret, uri, picture: renderSVG(uri) })

export type SecondFactorDeps = {
  accounts: Accounts
  sessions: Sessions
  secondFactors: SecondFactors
  pendingSignIns: PendingSignIns
  mails: Mails
  sessionIssuer: SessionIssuer
  limits: Limits
  context: ServiceContext
}

/** The second step of signing in. */
export const createCodeSignInRoutes = ({
  accounts,
  secondFactors,
  pendingSignIns,
  sessionIssuer,
  limits,
}: SecondFactorDeps) => {
  const { cookies } = sessionIssuer
  return new Hono<IdempotencyEnv>().post(
    '/api/users/signin/code',
    limits.signInByAddress,
    body(WithCode),
    limits.wrongCodes((c) => pendingSignIns.read(cookies.pending(c))?.userId),
    describeRoute(
      'The second step of signing in: a code of the authenticator app, or a recovery code',
      { 200: AccountAnswer },
      'invalid_credentials',
      'account_banned',
    ),
    async (c) => {
      const pending = pendingSignIns.read(cookies.pending(c))
      const account = pending && (await accounts.find(pending.userId))
      if (!pending || account?.version !== pending.version)
        throw new InvalidCredentialsError('That took too long; sign in again')
      await secondFactors.use(account.id, c.req.valid('json').code)
      cookies.clearPending(c)
      return c.json(toPublic(await sessionIssuer.signIn(c, account, { isMultiFactor: true })))
    },
  )
}

/** An authenticator app: set up. */
export const createSetUpRoutes = (deps: SecondFactorDeps) => {
  const { accounts, sessions, secondFactors, mails, sessionIssuer, limits } = deps
  const { identity } = deps.context
  return new Hono<SignedInEnv>()
    .post(
      '/api/users/totp',
      identity.recent,
      describeRoute('Begin with an authenticator app; it counts once a code of it was given', { 201: TotpAnswer }),
      async (c) => {
        const { id } = c.var.user
        const account = await accounts.find(id)
        return c.json(shown(await secondFactors.begin(id, account?.email ?? '')), 201)
      },
    )
    .get(
      '/api/users/totp',
      identity.recent,
      describeRoute('The authenticator app that waits for its first code', { 200: TotpAnswer }, 'not_found'),
      async (c) => {
        const { id } = c.var.user
        const account = await accounts.find(id)
        const pending = await secondFactors.pending(id, account?.email ?? '')
        if (!pending) throw new NotFoundError('No authenticator app waits for its first code')
        return c.json(shown(pending))
      },
    )
    .post(
      '/api/users/totp/confirm',
      identity.recent,
      body(WithCode),
      limits.wrongCodes<SignedInEnv>((c) => c.var.user.id),
      describeRoute(
        'Give a code of the new app: from now on signing in asks for one. The recovery codes are shown this once',
        { 200: RecoveryCodesAnswer },
        'invalid_credentials',
        'version_conflict',
      ),
      async (c) => {
        const { id, sessionId } = c.var.user
        const recoveryCodes = await secondFactors.confirm(id, c.req.valid('json').code, (session) =>
          tellOfChange(mails, id, 'totp_added', session),
        )
        await sessions.reauthenticated(sessionId, true)
        await sessionIssuer.renewAccess(c, id, sessionId)
        return c.json({ recoveryCodes })
      },
    )
}

/** An authenticator app: removed, or recovered from. */
export const createRemovalRoutes = ({ secondFactors, mails, context: { identity } }: SecondFactorDeps) =>
  new Hono<SignedInEnv>()
    .post(
      '/api/users/recovery-codes',
      identity.recent,
      describeRoute(
        'New recovery codes; those of before are of no use any more',
        { 200: RecoveryCodesAnswer },
        'invalid_credentials',
        'version_conflict',
      ),
      async (c) => {
        const { id } = c.var.user
        const recoveryCodes = await secondFactors.renewRecoveryCodes(id, (session) =>
          tellOfChange(mails, id, 'recovery_codes', session),
        )
        return c.json({ recoveryCodes })
      },
    )
    .delete(
      '/api/users/totp',
      identity.recent,
      describeRoute('Sign in without an authenticator app again', { 204: undefined }),
      async (c) => {
        const { id } = c.var.user
        await secondFactors.remove(id, (session) => tellOfChange(mails, id, 'totp_removed', session))
        return c.body(null, 204)
      },
    )
