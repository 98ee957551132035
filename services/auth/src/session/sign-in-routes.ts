import { AccountBannedError, SecondFactorRequiredError } from '@fairpass/sdk/errors'
import { body, describeRoute, type IdempotencyEnv, problem } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import type { ClientSession } from 'mongodb'
import * as v from 'valibot'
import { Email, GivenPassword, NewPassword } from '../account/credentials.ts'
import type { Accounts } from '../account/store.ts'
import { languageOf } from '../contact/language.ts'
import { type Account, InvalidCredentialsError, toPublic } from '../domain/account.ts'
import type { Limits } from '../limits.ts'
import type { Language } from '../mail/letter.ts'
import { AccountAnswer } from '../schemas.ts'
import type { SecondFactors } from '../second-factor/store.ts'
import type { SessionIssuer } from './issuer.ts'
import type { PendingSignIns } from './pending.ts'

const SignUp = v.strictObject({ email: Email, password: NewPassword })
const SignIn = v.strictObject({ email: Email, password: GivenPassword })

/** Why a sign-in is refused after all. */
export const entryRefusals = ['invalid_credentials', 'account_banned', 'refresh_token_invalid'] as const

export type SignInDeps = {
  accounts: Accounts
  sessionIssuer: SessionIssuer
  secondFactors: SecondFactors
  pendingSignIns: PendingSignIns
  limits: Limits
  context: ServiceContext
  /** the mail for a new account, written together with it */
  welcome: (account: Account, language: Language | undefined, session: ClientSession) => Promise<void>
}

/** Signing up, and in with a password. */
export const createSignInRoutes = (deps: SignInDeps) => {
  const { accounts, sessionIssuer, secondFactors, pendingSignIns, limits } = deps
  const { idempotent } = deps.context
  const { cookies, signIn } = sessionIssuer

  return new Hono<IdempotencyEnv>()
    .post(
      '/api/users/signup',
      limits.signUpByAddress,
      idempotent,
      body(SignUp),
      limits.signUpByAccount,
      describeRoute('Sign up, and in', { 201: AccountAnswer }, 'email_in_use', ...entryRefusals),
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
      describeRoute('Sign in', { 200: AccountAnswer }, 'second_factor_required', ...entryRefusals),
      async (c) => {
        const { email, password } = c.req.valid('json')
        const account = await accounts.authenticate(email, password)
        if (!account) throw new InvalidCredentialsError()
        if (account.status === 'banned') throw new AccountBannedError()
        if ((await secondFactors.statusOf(account.id)).hasTotp) {
          const refused = problem(new SecondFactorRequiredError())
          cookies.setPending(refused, pendingSignIns.issue({ userId: account.id, version: account.version }))
          return refused as never
        }
        return c.json(toPublic(await signIn(c, account)))
      },
    )
}
