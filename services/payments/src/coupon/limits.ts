import { addressOf, type Rate, RateVariable } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import type { Context } from 'hono'

/** The limits of payments in the environment. */
export const limitVariables = {
  LIMIT_COUPON_ADDRESS: RateVariable('600/600'),
  LIMIT_COUPON_ACCOUNT: RateVariable('60/600'),
}

export type LimitVariables = { [N in keyof typeof limitVariables]: Rate | undefined }

type Paying = Context<SignedInEnv, string, { out: { json: { couponCode?: string } } }>

/** How many wrong coupon codes a user may try; a payment by card counts as none. */
export const createLimits = (rateLimit: ServiceContext['rateLimit'], variables: LimitVariables) => {
  const wrongCodes = (name: string, rate: Rate | undefined, of: (c: Paying) => string | undefined) =>
    rateLimit({
      name,
      rate,
      of: (c: Paying) => (c.req.valid('json').couponCode === undefined ? undefined : of(c)),
      onlyCounts: 'coupon_not_redeemable',
    })
  return {
    wrongCodesByAddress: wrongCodes('wrong codes by address', variables.LIMIT_COUPON_ADDRESS, addressOf),
    wrongCodesByAccount: wrongCodes('wrong codes', variables.LIMIT_COUPON_ACCOUNT, (c) => c.var.user.id),
  }
}
