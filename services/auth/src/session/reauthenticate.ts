import { NotAuthenticatedError } from '@fairpass/sdk/errors'
import { body, describeRoute } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { GivenPassword } from '../account/credentials.ts'
import type { Accounts } from '../account/store.ts'
import { WrongPasswordError } from '../domain/account.ts'
import type { Limits } from '../limits.ts'
import { PasskeyRefusedError } from '../passkey/ceremony.ts'
import { Assertion, toAssertion } from '../passkey/routes.ts'
import type { Passkeys } from '../passkey/store.ts'
import { PasskeyOptionsAnswer } from '../schemas.ts'
import { Code } from '../second-factor/routes.ts'
import type { SecondFactors } from '../second-factor/store.ts'
import type { SessionIssuer } from './issuer.ts'
import type { Sessions } from './store.ts'

const Proof = v.union(
  [v.strictObject({ password: GivenPassword }), v.strictObject({ code: Code }), v.strictObject({ passkey: Assertion })],
  'Give a password, a code or a passkey',
)

export type ReauthenticateDeps = {
  accounts: Accounts
  sessions: Sessions
  secondFactors: SecondFactors
  passkeys: Passkeys
  sessionIssuer: SessionIssuer
  limits: Limits
  context: ServiceContext
}

/** Authenticating again within a session: before payouts, a change of address, ending sessions (ASVS 5.0, 7.5.2). */
export const createReauthenticateRoutes = (deps: ReauthenticateDeps) => {
  const { accounts, sessions, secondFactors, passkeys, sessionIssuer, limits, context } = deps
  const { identity } = context

  /** @returns whether it was more than a password */
  const prove = async (userId: string, proof: v.InferOutput<typeof Proof>): Promise<boolean> => {
    if ('password' in proof) {
      if (await accounts.isPasswordOf(userId, proof.password)) return false
      throw new WrongPasswordError()
    }
    if ('code' in proof) await secondFactors.use(userId, proof.code)
    else if ((await passkeys.authenticate(toAssertion(proof.passkey))) !== userId) throw new PasskeyRefusedError()
    return true
  }

  return new Hono()
    .post(
      '/api/users/reauthenticate/options',
      identity.signedIn,
      describeRoute('What one’s own passkey has to sign to prove again who one is', { 200: PasskeyOptionsAnswer }),
      async (c) => c.json({ options: await passkeys.authenticationOptions(c.var.user.id) }),
    )
    .post(
      '/api/users/reauthenticate',
      identity.signedIn,
      limits.wrongConfirmations,
      body(Proof),
      describeRoute(
        'Prove again who you are, by a password, a code or a passkey',
        { 204: undefined },
        'invalid_credentials',
      ),
      async (c) => {
        const { id, sessionId } = c.var.user
        const isMultiFactor = await prove(id, c.req.valid('json'))
        if (!(await sessions.reauthenticated(sessionId, isMultiFactor))) throw new NotAuthenticatedError()
        await sessionIssuer.renewAccess(c, id, sessionId)
        return c.body(null, 204)
      },
    )
}
