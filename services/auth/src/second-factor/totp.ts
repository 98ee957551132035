import { typedSymbols } from '@fairpass/sdk/values'
import { Secret, TOTP } from 'otpauth'

const issuer = 'Fairpass'
const periodSeconds = 30
/** A clock may be half a minute off. */
const window = 1

const totpOf = (secret: string, label = '') =>
  new TOTP({
    issuer,
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: periodSeconds,
    secret: Secret.fromBase32(secret),
    issuerInLabel: true,
  })

/** 160 random bits, as RFC 4226 wants them, in base 32. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32

/** What an authenticator app reads from a picture. */
export const totpUri = (secret: string, email: string): string => totpOf(secret, email).toString()

export const totpCode = (secret: string, now: Date): string => totpOf(secret).generate({ timestamp: now.getTime() })

/**
 * In which step a code counts: those up to `lastStep` do not any more, so that each works once (RFC 6238, 5.2).
 * @returns undefined when it does not count at all
 */
export const stepOfCode = (secret: string, typed: string, lastStep: number, now: Date): number | undefined => {
  const token = typedSymbols(typed).join('')
  if (!/^\d{6}$/.test(token)) return undefined
  const delta = totpOf(secret).validate({ token, timestamp: now.getTime(), window })
  if (delta === null) return undefined
  const step = Math.floor(now.getTime() / 1000 / periodSeconds) + delta
  return step > lastStep ? step : undefined
}
