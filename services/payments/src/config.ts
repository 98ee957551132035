import { ConfigError, commonConfig, readConfig, wholeNumber } from '@fairpass/sdk/config'
import * as v from 'valibot'
import { limitVariables } from './payment/limits.ts'

const paymentsConfig = {
  ...commonConfig,
  ...limitVariables,
  STRIPE_SECRET_KEY: v.optional(v.string()),
  /** several, with commas or spaces between: one for each endpoint at Stripe */
  STRIPE_WEBHOOK_SECRET: v.pipe(
    v.optional(v.string(), ''),
    v.transform((secrets) => secrets.split(/[\s,]+/).filter(Boolean)),
  ),
  STRIPE_API_URL: v.optional(v.pipe(v.string(), v.url('must be a URL such as http://127.0.0.1:12111'))),
  /** how long one request to Stripe may take; the buyer's answer waits for several */
  STRIPE_TIMEOUT_MS: v.optional(wholeNumber(100, 60_000), '10000'),
  /** the platform's share of a sale, in hundredths of a percent */
  PLATFORM_FEE_BASIS_POINTS: v.optional(wholeNumber(0, 10_000), '0'),
  /** how long after the event has begun its sellers are paid out */
  PAYOUT_DELAY_SECONDS: v.optional(wholeNumber(0, 365 * 86_400), '86400'),
}

/** The only key that the local double lets in; it opens nothing else. */
const doubleKey = 'sk_test_fairpass_double'

/**
 * With a key Stripe itself is used; without one, the local double at STRIPE_API_URL.
 * @throws ConfigError
 */
export const readPaymentsConfig = (env: Record<string, string | undefined>) => {
  const config = readConfig(paymentsConfig, env)
  if (!config.STRIPE_SECRET_KEY && !config.STRIPE_API_URL)
    throw new ConfigError(
      'The environment is not usable: STRIPE_SECRET_KEY is missing, or STRIPE_API_URL for the local double',
    )
  return { ...config, STRIPE_SECRET_KEY: config.STRIPE_SECRET_KEY ?? doubleKey }
}
