import { ConfigError, commonConfig, readConfig, wholeNumber } from '@fairpass/sdk/config'
import * as v from 'valibot'
import { limitVariables } from './limits.ts'

const secret = v.pipe(v.string(), v.minLength(16, 'must have at least 16 characters'))

const entries = {
  ...commonConfig,
  ...limitVariables,
  /** what uploaded tickets are sealed under, and the one before it while it is being replaced */
  FILE_KEY: secret,
  FILE_KEY_PREVIOUS: v.optional(secret),
  FILE_DAYS: v.optional(wholeNumber(0, 3_650), '30'),
  PRICE_CAP_PERCENT: v.optional(wholeNumber(1, 1_000)),
  S3_ENDPOINT: v.optional(v.pipe(v.string(), v.url('must be a URL'))),
  S3_BUCKET: v.optional(v.string(), 'fairpass'),
  S3_ACCESS_KEY_ID: v.optional(v.string()),
  S3_SECRET_ACCESS_KEY: v.optional(v.string()),
}

/** @throws ConfigError */
export const readTicketsConfig = (env: Record<string, string | undefined>) => {
  const config = readConfig(entries, env)
  if (config.S3_ENDPOINT && !(config.S3_ACCESS_KEY_ID && config.S3_SECRET_ACCESS_KEY))
    throw new ConfigError('The environment is not usable: S3_ENDPOINT needs S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY')
  return config
}

export type TicketsConfig = ReturnType<typeof readTicketsConfig>
