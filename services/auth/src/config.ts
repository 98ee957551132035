import { ConfigError, commonConfig, readConfig, wholeNumber } from '@fairpass/sdk/config'
import * as v from 'valibot'
import { Email, NewPassword } from './account/credentials.ts'
import { limitVariables } from './limits.ts'

/** Browsers keep no cookie longer than 400 days. */
const longestCookieSeconds = 400 * 24 * 3600

const JwtKey = v.pipe(v.string(), v.minLength(16, 'must have at least 16 characters'))

/** `Fairpass <tickets@example.com>`, or an address alone. */
const senderOf = (text: string): { name: string; address: string } | undefined => {
  const [, name = '', address = ''] = /^(?:([^<>"\r\n]*)<)?([^<>\s]+@[^<>\s]+?)>?$/.exec(text.trim()) ?? []
  return address === '' ? undefined : { name: name.trim() || 'Fairpass', address }
}

const Sender = v.pipe(
  v.string(),
  v.check((text) => senderOf(text) !== undefined, 'must be such as Fairpass <tickets@example.com>'),
)

const Switch = v.pipe(
  v.picklist(['true', 'false'], 'must be true or false'),
  v.transform((text) => text === 'true'),
)

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
  SMTP_URL: v.optional(
    v.pipe(v.string(), v.regex(/^smtps?:\/\/[^/]/, 'must begin with smtp:// or smtps://'), v.url('must be a URL')),
  ),
  MAIL_FROM: v.optional(Sender),
  REQUIRE_CONFIRMED_EMAIL: v.optional(Switch),
  ADMIN_SECOND_FACTOR: v.optional(Switch),
}

/** @throws ConfigError that names what is missing or wrong */
export const readAuthConfig = (env: Record<string, string | undefined>) => {
  const config = readConfig(authConfig, env)
  if ((config.ADMIN_EMAIL === undefined) !== (config.ADMIN_PASSWORD === undefined))
    throw new ConfigError('The environment is not usable: ADMIN_EMAIL and ADMIN_PASSWORD belong together')
  const host = new URL(config.PUBLIC_ORIGIN).hostname
  const from = senderOf(config.MAIL_FROM ?? '') ?? { name: 'Fairpass', address: `no-reply@${host}` }
  // On a developer's machine neither is wanted; in production both are.
  const isPublic = config.PUBLIC_ORIGIN.startsWith('https:')
  return {
    ...config,
    MAIL_FROM: from,
    REQUIRE_CONFIRMED_EMAIL: config.REQUIRE_CONFIRMED_EMAIL ?? isPublic,
    ADMIN_SECOND_FACTOR: config.ADMIN_SECOND_FACTOR ?? isPublic,
  }
}

export type AuthConfig = ReturnType<typeof readAuthConfig>
