import { AccountBannedError, NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, lineOfText } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Accounts } from '../account/store.ts'
import { toPublic } from '../domain/account.ts'
import type { Limits } from '../limits.ts'
import type { Mails } from '../mail/store.ts'
import { tellOfChange } from '../notify/security.ts'
import { AccountAnswer, PasskeyAnswer, PasskeyOptionsAnswer } from '../schemas.ts'
import type { SessionIssuer } from '../session/issuer.ts'
import type { Sessions } from '../session/store.ts'
import { PasskeyRefusedError } from './ceremony.ts'
import type { Passkeys } from './store.ts'

const Base64url = v.pipe(v.string('must be a text'), v.regex(/^[A-Za-z0-9_-]{1,8192}$/, 'must be base64url'))

/** What a browser's `navigator.credentials` gives, as far as anything here depends on its form. */
const Credential = <R extends v.ObjectEntries>(response: R) =>
  v.object({
    id: Base64url,
    rawId: Base64url,
    type: v.literal('public-key'),
    authenticatorAttachment: v.optional(v.nullable(v.string())),
    clientExtensionResults: v.optional(v.record(v.string(), v.unknown()), {}),
    response: v.object({ clientDataJSON: Base64url, ...response }),
  })

const Registration = Credential({
  attestationObject: Base64url,
  transports: v.optional(v.pipe(v.array(v.string()), v.maxLength(10))),
})
/** The answer of an authenticator to a challenge. */
export const Assertion = Credential({
  authenticatorData: Base64url,
  signature: Base64url,
  userHandle: v.optional(v.nullable(Base64url)),
})
export type Assertion = v.InferOutput<typeof Assertion>

/** The schema has proved what the library's own type says, but for words that it takes from a list. */
export const toAssertion = (given: Assertion) => given as unknown as AuthenticationResponseJSON

const Name = lineOfText(60, 'My phone')
const NewPasskey = v.strictObject({ name: Name, response: Registration })
const SignIn = v.strictObject({ response: Assertion })

export type PasskeyDeps = {
  accounts: Accounts
  sessions: Sessions
  passkeys: Passkeys
  mails: Mails
  sessionIssuer: SessionIssuer
  limits: Limits
  context: ServiceContext
}

/** Signing in with a passkey alone. */
export const createPasskeySignInRoutes = ({ accounts, passkeys, sessionIssuer, limits }: PasskeyDeps) =>
  new Hono()
    .post(
      '/api/users/signin/passkey/options',
      limits.signInByAddress,
      describeRoute('What an authenticator has to sign to sign in', { 200: PasskeyOptionsAnswer }),
      async (c) => c.json({ options: await passkeys.authenticationOptions() }),
    )
    .post(
      '/api/users/signin/passkey',
      limits.signInByAddress,
      body(SignIn),
      describeRoute('Sign in with a passkey', { 200: AccountAnswer }, 'invalid_credentials', 'account_banned'),
      async (c) => {
        const account = await accounts.find(await passkeys.authenticate(toAssertion(c.req.valid('json').response)))
        if (!account) throw new PasskeyRefusedError()
        if (account.status === 'banned') throw new AccountBannedError()
        return c.json(toPublic(await sessionIssuer.signIn(c, account, { isMultiFactor: true })))
      },
    )

/** The passkeys of an account: added and removed. */
export const createPasskeyRoutes = (deps: PasskeyDeps) => {
  const { accounts, sessions, passkeys, mails, sessionIssuer } = deps
  const { identity } = deps.context
  return new Hono()
    .post(
      '/api/users/passkeys/options',
      identity.recent,
      describeRoute('What an authenticator has to sign to become a passkey', { 200: PasskeyOptionsAnswer }),
      async (c) => {
        const { id } = c.var.user
        const account = await accounts.find(id)
        return c.json({ options: await passkeys.registrationOptions(id, account?.email ?? '') })
      },
    )
    .post(
      '/api/users/passkeys',
      identity.recent,
      body(NewPasskey),
      describeRoute('Add a passkey', { 201: PasskeyAnswer }, 'invalid_credentials'),
      async (c) => {
        const { id: userId, sessionId } = c.var.user
        const { name, response } = c.req.valid('json')
        const given = response as unknown as RegistrationResponseJSON
        const id = await passkeys.register(userId, given, name, (session) =>
          tellOfChange(mails, userId, 'passkey_added', session),
        )
        // Its owner has just unlocked it.
        await sessions.reauthenticated(sessionId, true)
        await sessionIssuer.renewAccess(c, userId, sessionId)
        return c.json({ id, name }, 201)
      },
    )
    .delete(
      '/api/users/passkeys/:id',
      identity.recent,
      describeRoute('Remove a passkey', { 204: undefined }),
      async (c) => {
        const { id } = c.var.user
        const isRemoved = await passkeys.remove(id, c.req.param('id'), (session) =>
          tellOfChange(mails, id, 'passkey_removed', session),
        )
        if (!isRemoved) throw new NotFoundError('There is no such passkey')
        return c.body(null, 204)
      },
    )
}
