import { ConfigError, commonConfig, readConfig, wholeNumber } from '@fairpass/sdk/config'
import * as v from 'valibot'
import { Email, NewPassword } from './account/credentials.ts'
import { limitVariables } from './limits.ts'

/** Browsers keep no cookie longer than 400 days. */
const longestCookieSeconds = 400 * 24 * 3600

const JwtKey = v.pipe(v.string(), v.minLength(16, 'must have at least 16 characters'))

const authConfig = {
  ...commonConfig,
  ...limitVariables,
  REFRESH_TOKEN_SECONDS: v.optional(wholeNumber(1, longestCookieSeconds), '2592000'),
  SESSION_SECONDS: v.optional(wholeNumber(1, longestCookieSeconds), '7776000'),
  JWT_KEY: JwtKey,
  /** accepted while it is being replaced: its tokens verify, none are signed with it */
  JWT_KEY_PREVIOUS: v.optional(JwtKey),
  ADMIN_EMAIL: v.optional(Email),
  ADMIN_PASSWORD: v.optional(NewPassword),
}

/** @throws ConfigError that names what is missing or wrong */
export const readAuthConfig = (env: Record<string, string | undefined>) => {
  const config = readConfig(authConfig, env)
  if ((config.ADMIN_EMAIL === undefined) !== (config.ADMIN_PASSWORD === undefined))
    throw new ConfigError('The environment is not usable: ADMIN_EMAIL and ADMIN_PASSWORD belong together')
  return config
}

export type AuthConfig = ReturnType<typeof readAuthConfig>
