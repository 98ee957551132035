import { AccountBannedError } from '@fairpass/sdk/errors'
import { accessToken, createTokenVerifier, type Role, type User } from '@fairpass/sdk/identity'
import { createLocalJWKSet, SignJWT } from 'jose'
import type { Accounts } from '../account/store.ts'
import type { AuthConfig } from '../config.ts'
import { type SigningKey, signingKeyOf } from './keys.ts'
import type { Sessions } from './store.ts'

type Holder = {
  id: string
  role: Role
  sessionId: string
  /** when the user authenticated; with the token, if not given */
  authenticatedAt?: Date
  needs?: readonly string[]
}

type Options = {
  seconds: number
  /** keys that no longer sign, but whose tokens are still valid */
  previous?: SigningKey[]
}

/** Access tokens: issued only here, and verified here without a call. */
export const createTokens = ({ privateKey, publicJwk }: SigningKey, { seconds, previous = [] }: Options) => {
  const jwks = { keys: [publicJwk, ...previous.map((key) => key.publicJwk)] }
  return {
    jwks,

    issue: ({ id, role, sessionId, authenticatedAt, needs = [] }: Holder, now: Date): Promise<string> => {
      const issuedAt = Math.floor(now.getTime() / 1000)
      return new SignJWT({
        ...{ role, sid: sessionId, auth_time: Math.floor((authenticatedAt ?? now).getTime() / 1000) },
        ...(needs.length > 0 ? { needs } : {}),
      })
        .setProtectedHeader({ alg: accessToken.algorithm, typ: accessToken.typ, kid: publicJwk.kid })
        .setIssuer(accessToken.issuer)
        .setAudience(accessToken.audience)
        .setSubject(id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + seconds)
        .setJti(crypto.randomUUID())
        .sign(privateKey)
    },

    /** The user a token speaks for, or undefined when it is not valid. */
    verify: createTokenVerifier(createLocalJWKSet(jwks)).verify,
  }
}

/** The tokens of this environment: signed with JWT_KEY, accepted from JWT_KEY_PREVIOUS, too. */
export const tokensFrom = (config: Pick<AuthConfig, 'JWT_KEY' | 'JWT_KEY_PREVIOUS' | 'ACCESS_TOKEN_SECONDS'>) => {
  const { JWT_KEY, JWT_KEY_PREVIOUS, ACCESS_TOKEN_SECONDS: seconds } = config
  const previous = JWT_KEY_PREVIOUS && JWT_KEY_PREVIOUS !== JWT_KEY ? [signingKeyOf(JWT_KEY_PREVIOUS)] : []
  return createTokens(signingKeyOf(JWT_KEY), { seconds, previous })
}

export type Tokens = ReturnType<typeof createTokens>

type Own = { tokens: Tokens; accounts: Pick<Accounts, 'find'>; sessions: Pick<Sessions, 'isOpen'> }

/**
 * Identifies callers from the account and session themselves, which only auth has: a ban, an erasure, a new role or the
 * end of the session takes effect at once, so `isDenied` has nothing to add.
 */
export const ownIdentity = ({ tokens, accounts, sessions }: Own) => ({
  verify: async (token: string): Promise<User | undefined> => {
    const user = await tokens.verify(token)
    if (!user) return undefined
    const [account, isOpen] = await Promise.all([accounts.find(user.id), sessions.isOpen(user.sessionId)])
    if (account?.status === 'banned') throw new AccountBannedError()
    return account && isOpen ? { ...user, role: account.role } : undefined
  },
  isDenied: async () => false,
})
