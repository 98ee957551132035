import { addressOf, type Limit, RateVariable } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import type { Context, Env } from 'hono'
import type * as v from 'valibot'

/**
 * The limits of auth in the environment. Addresses are shared by many people, so theirs are wide; guessing at one account
 * is narrow from one address, and bounded from everywhere together.
 */
export const limitVariables = {
  LIMIT_SIGNUP_ADDRESS: RateVariable('1200/60'),
  LIMIT_SIGNUP_ACCOUNT: RateVariable('30/600'),
  LIMIT_SIGNIN_ADDRESS: RateVariable('1200/60'),
  LIMIT_SIGNIN_ACCOUNT: RateVariable('15/600'),
  LIMIT_SIGNIN_ACCOUNT_ANYWHERE: RateVariable('100/3600'),
  LIMIT_REFRESH_ADDRESS: RateVariable('1200/60'),
  LIMIT_REFRESH_SESSION: RateVariable('60/60'),
  LIMIT_RECOVERY_ADDRESS: RateVariable('300/600'),
}

type Variables = { [N in keyof typeof limitVariables]: v.InferOutput<(typeof limitVariables)[N]> }
type WithEmail = { out: { json: { email: string } } }
type Of<E extends Env = Env> = (c: Context<E, string, WithEmail>) => string | undefined

/** How often an address may do this before replicas consult the shared budget. */
const freeAt = 60

const emailOf: Of = (c) => c.req.valid('json').email
const emailAndAddressOf: Of = (c) => `${emailOf(c)} ${addressOf(c) ?? ''}`

/** Who may try how often. A request that is refused here has cost no password hash. */
export const createLimits = (rateLimit: ServiceContext['rateLimit'], variables: Variables) => {
  const byAddress = (name: string, rate: Limit['rate'] | undefined) =>
    rateLimit({ name: `${name} by address`, rate, of: addressOf, free: freeAt })

  return {
    signUpByAddress: byAddress('sign-up', variables.LIMIT_SIGNUP_ADDRESS),
    signUpByAccount: rateLimit({ name: 'sign-up by account', rate: variables.LIMIT_SIGNUP_ACCOUNT, of: emailOf }),
    signInByAddress: byAddress('sign-in', variables.LIMIT_SIGNIN_ADDRESS),
    refreshByAddress: byAddress('refresh', variables.LIMIT_REFRESH_ADDRESS),
    /** asking for mails, and trying what stands in them */
    recoveryByAddress: byAddress('recovery', variables.LIMIT_RECOVERY_ADDRESS),

    /** Checked first, so that guessing from one address does not lock the owner out elsewhere. */
    wrongPasswordsHere: rateLimit({
      name: 'wrong passwords from an address',
      rate: variables.LIMIT_SIGNIN_ACCOUNT,
      of: emailAndAddressOf,
      onlyCounts: 'invalid_credentials',
    }),
    wrongPasswordsAnywhere: rateLimit({
      name: 'wrong passwords',
      rate: variables.LIMIT_SIGNIN_ACCOUNT_ANYWHERE,
      of: emailOf,
      onlyCounts: 'invalid_credentials',
    }),

    /** Somebody who holds a session, perhaps not their own, guesses at its password. */
    wrongConfirmations: rateLimit({
      name: 'wrong confirmations',
      rate: variables.LIMIT_SIGNIN_ACCOUNT,
      of: (c: Context<SignedInEnv>) => c.var.user.id,
      onlyCounts: 'invalid_credentials',
    }),

    /** Guesses at the code of an app: six digits are soon guessed. @param userOf whose code it is */
    wrongCodes: <E extends Env>(userOf: (c: Context<E>) => string | undefined) =>
      rateLimit({
        name: 'wrong codes',
        rate: variables.LIMIT_SIGNIN_ACCOUNT,
        of: userOf,
        onlyCounts: 'invalid_credentials',
      }),

    /** @param sessionOf the session that a request would renew */
    refreshBySession: <E extends Env>(sessionOf: (c: Context<E>) => string | undefined) =>
      rateLimit({ name: 'refresh by session', rate: variables.LIMIT_REFRESH_SESSION, of: sessionOf, free: 5 }),
  }
}

export type Limits = ReturnType<typeof createLimits>
