import { body, describeRoute, type IdempotencyEnv } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { Email, NewPassword } from '../account/credentials.ts'
import { languageOf } from '../contact/language.ts'
import type { Limits } from '../limits.ts'
import type { SessionIssuer } from '../session/issuer.ts'
import type { Recovery } from './recovery.ts'

const Token = v.pipe(v.string('must be a text'), v.minLength(1, 'must not be empty'), v.maxLength(200, 'is too long'))
const Forgotten = v.strictObject({ email: Email })
const Reset = v.strictObject({ token: Token, newPassword: NewPassword })
const Confirmation = v.strictObject({ token: Token })

const confirmationRefusals = ['token_invalid', 'email_in_use'] as const

type Deps = { recovery: Recovery; limits: Limits; context: ServiceContext; sessionIssuer: SessionIssuer }

/** The API behind the links in mails; the pages that they open call it. */
export const createRecoveryRoutes = ({ recovery, limits, context: { identity, idempotent }, sessionIssuer }: Deps) =>
  new Hono<IdempotencyEnv>()
    .post(
      '/api/users/password-reset',
      limits.recoveryByAddress,
      idempotent,
      body(Forgotten),
      describeRoute(
        'Ask for a mail that leads to a new password; says the same whether or not there is such an account',
        { 202: undefined },
      ),
      async (c) => {
        await recovery.requestReset(c.req.valid('json').email, languageOf(c), c.var.idempotentId)
        return c.body(null, 202)
      },
    )
    .post(
      '/api/users/password-reset/confirm',
      limits.recoveryByAddress,
      idempotent,
      body(Reset),
      describeRoute(
        'Choose a new password, with the token of the mail: all sessions end',
        { 204: undefined },
        'token_invalid',
      ),
      async (c) => {
        const { token, newPassword } = c.req.valid('json')
        await recovery.reset(token, newPassword)
        return c.body(null, 204)
      },
    )
    .post(
      '/api/users/email/confirm',
      limits.recoveryByAddress,
      identity.optional,
      idempotent,
      body(Confirmation),
      describeRoute(
        'Confirm an email address, with the token of the mail',
        { 204: undefined },
        ...confirmationRefusals,
      ),
      async (c) => {
        const userId = await recovery.confirmEmail(c.req.valid('json').token)
        // This browser's session gets the new rights at once.
        if (c.var.user?.id === userId) await sessionIssuer.renewAccess(c, userId, c.var.user.sessionId)
        return c.body(null, 204)
      },
    )
