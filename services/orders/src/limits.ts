import { addressOf, RateVariable } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import type { Context } from 'hono'
import type * as v from 'valibot'

/** The limits of orders in the environment. */
export const limitVariables = {
  LIMIT_ORDER_ADDRESS: RateVariable('3000/60'),
  LIMIT_ORDER_ACCOUNT: RateVariable('120/60'),
}

export type LimitVariables = { [N in keyof typeof limitVariables]: v.InferOutput<(typeof limitVariables)[N]> }

/** How often a user may press BUY. A few presses, or a crowd's first, cost the state store nothing. */
export const createLimits = (rateLimit: ServiceContext['rateLimit'], variables: LimitVariables) => ({
  byAddress: rateLimit({
    name: 'orders by address',
    rate: variables.LIMIT_ORDER_ADDRESS,
    of: addressOf,
    free: 300,
  }),
  byAccount: rateLimit({
    name: 'orders by account',
    rate: variables.LIMIT_ORDER_ACCOUNT,
    of: (c: Context<SignedInEnv>) => c.var.user.id,
    free: 10,
  }),
})

export type Limits = ReturnType<typeof createLimits>
