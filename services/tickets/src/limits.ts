import { addressOf, RateVariable } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import type * as v from 'valibot'

/** The limits of tickets in the environment. */
export const limitVariables = { LIMIT_SEARCH_ADDRESS: RateVariable('6000/60') }

export type LimitVariables = { [N in keyof typeof limitVariables]: v.InferOutput<(typeof limitVariables)[N]> }

/** How often an address may search. What people do costs the state store nothing. */
export const createLimits = (rateLimit: ServiceContext['rateLimit'], variables: LimitVariables) => ({
  searchesByAddress: rateLimit({
    name: 'searches by address',
    rate: variables.LIMIT_SEARCH_ADDRESS,
    of: addressOf,
    free: 600,
  }),
})
