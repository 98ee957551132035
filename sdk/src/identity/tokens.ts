import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as v from 'valibot'
import { clockSkewSeconds, now } from '../clock.ts'
import type { Dapr } from '../dapr/dapr.ts'
import { ServiceUnavailableError } from '../errors.ts'
import { Id } from '../http/body.ts'
import type { Log } from '../telemetry/log.ts'
import type { User } from './identity.ts'

/** What an access token must contain (RFC 9068 for `typ`). Ed25519 is the only algorithm that is accepted. */
export const accessToken = { issuer: 'fairpass/auth', audience: 'fairpass', typ: 'at+jwt', algorithm: 'EdDSA' } as const

const Claims = v.object({
  sub: Id,
  role: v.picklist(['user', 'admin']),
  sid: Id,
  iat: v.number(),
  exp: v.number(),
  /** when its owner proved who they are (OpenID Connect Core, 2); a token of before has none */
  auth_time: v.optional(v.number()),
  /** what is missing for some of what the role may do; values that are not known here are ignored */
  needs: v.optional(v.array(v.string())),
})
const Jwks = v.object({
  keys: v.array(v.looseObject({ kid: v.string(), kty: v.literal('OKP'), crv: v.literal('Ed25519'), x: v.string() })),
})

/** How long keys serve before they are asked for again, and how soon after that an unknown key may ask, in milliseconds. */
const freshMs = 10 * 60_000
const cooldownMs = 2_000
/** The same while auth is away, when newer keys may come at any moment. */
const askAgainMs = 250
/** How long auth has to answer, in milliseconds; then the keys that are known count, and nobody waits any longer. */
const fetchWithinMs = 2_000

/**
 * How far ahead of its reader's time a token may have been issued, in milliseconds. One that says more is of a clock that was
 * set back since: it would live longer than tokens do, and no ban of today would seem to be later than it. It is renewed.
 */
const toleratedMs = clockSkewSeconds * 1_000

/** Only a name: the keys are fetched by invocation, never from an address that a token or a network could change. */
const jwksUrl = new URL('http://auth/api/users/.well-known/jwks.json')

/** More tokens than one replica sees within their quarter of an hour; beyond it the oldest are verified again. */
const maxRemembered = 10_000

type Verified = { user: User; expiresAt: number }

const isCurrent = ({ user, expiresAt }: Verified, at: number): boolean =>
  expiresAt > at && user.issuedAt.getTime() <= at + toleratedMs

const verifyOnce = async (token: string, getKey: JWTVerifyGetKey): Promise<Verified | undefined> => {
  try {
    const { payload } = await jwtVerify(token, getKey, {
      algorithms: [accessToken.algorithm],
      issuer: accessToken.issuer,
      audience: accessToken.audience,
      typ: accessToken.typ,
      requiredClaims: ['exp', 'iat', 'sub'],
      currentDate: now(),
    })
    const { sub, role, sid, iat, exp, auth_time, needs } = v.parse(Claims, payload)
    const user = {
      ...{ id: sub, role, sessionId: sid, issuedAt: new Date(iat * 1000) },
      ...(auth_time === undefined ? {} : { authenticatedAt: new Date(auth_time * 1000) }),
      ...(needs === undefined ? {} : { needs }),
    }
    return { user, expiresAt: exp * 1000 }
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid)
      throw new ServiceUnavailableError(undefined, { cause: error })
    if (error instanceof errors.JOSEError || error instanceof v.ValiError) return undefined
    throw error
  }
}

/**
 * Returns the user of an access token, or undefined for any token that is not valid now: forged, expired, of another
 * kind. `jku` and `jwk` headers are never looked at, since keys come from `getKey` alone. What was verified is
 * remembered until it expires, so that a session's requests cost one signature.
 */
export const createTokenVerifier = (getKey: JWTVerifyGetKey) => {
  const remembered = new Map<string, Verified>()

  const remember = (token: string, verified: Verified) => {
    const [oldest] = remembered.keys()
    if (oldest !== undefined && remembered.size >= maxRemembered) remembered.delete(oldest)
    remembered.set(token, verified)
  }

  return {
    /** @throws ServiceUnavailableError when the keys cannot be fetched: that is our failure, not the caller's */
    verify: async (token: string): Promise<User | undefined> => {
      const known = remembered.get(token)
      if (known && isCurrent(known, now().getTime())) return known.user
      if (known) remembered.delete(token)
      const verified = await verifyOnce(token, getKey)
      if (!verified || !isCurrent(verified, now().getTime())) return undefined
      remember(token, verified)
      return verified.user
    },
    /** To be called when the keys have changed: remembered tokens are verified again. */
    forget: () => remembered.clear(),
  }
}

/** Where the keys are kept for the next start, which may come during an outage of auth. */
const createKeyStore = (dapr: Dapr) => ({
  load: async () => (await dapr.getState('jwks', Jwks))?.value,
  save: async (keys: v.InferOutput<typeof Jwks>): Promise<void> => {
    const before = await dapr.getState('jwks', Jwks)
    if (JSON.stringify(before?.value) !== JSON.stringify(keys)) await dapr.saveState('jwks', keys, before?.etag)
  },
})

/** The public keys of auth, or while it cannot be asked the stored ones, which are of an earlier time. */
const createKeySource = ({ dapr, log, onChange }: { dapr: Dapr; log: Log; onChange: () => void }) => {
  const stored = createKeyStore(dapr)
  const last: { fetchedAt: number; keys?: v.InferOutput<typeof Jwks>; isOutOfDate: boolean } = {
    fetchedAt: 0,
    isOutOfDate: false,
  }

  const fetch = async () => {
    last.fetchedAt = Date.now()
    try {
      const keys = await dapr.invoke('auth', jwksUrl.pathname.slice(1), Jwks, { timeoutMs: fetchWithinMs })
      if (JSON.stringify(last.keys) !== JSON.stringify(keys)) onChange()
      last.keys = keys
      last.isOutOfDate = false
      await stored.save(keys).catch((error) => log.warn({ err: error }, 'the public keys of auth could not be stored'))
      return keys
    } catch (error) {
      log.warn({ err: error }, 'the public keys of auth cannot be fetched; using the last known ones')
      // Those of this process are newer than the stored ones where they could not be stored.
      const keys = last.keys ?? (await stored.load())
      if (!keys) throw new ServiceUnavailableError(undefined, { cause: error })
      last.isOutOfDate = true
      return keys
    }
  }

  /** A clock that was set back makes no keys young. */
  const isOlderThan = (ms: number) => Math.abs(Date.now() - last.fetchedAt) > ms

  return { fetch, last, stored, isOlderThan }
}

/**
 * Verifies access tokens alone: auth's public keys are fetched by invocation, kept for as long as the process lives, and
 * copied to the state store, so that neither an outage of auth nor a restart during one signs anybody out.
 */
export const createVerifier = ({ dapr, log }: { dapr: Dapr; log: Log }) => {
  const { fetch, last, stored, isOlderThan } = createKeySource({ dapr, log, onChange: () => verifier.forget() })
  const keySet = createRemoteJWKSet(jwksUrl, {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: cooldownMs,
    // Each call to the sidecar has a bound of its own, and there are three at most.
    timeoutDuration: 20_000,
    [customFetch]: async () => Response.json(await fetch()),
  })

  /** A key that keys of an earlier time do not have may be auth's newest: nobody is signed out before auth was asked. */
  const getKey: JWTVerifyGetKey = async (header, token) => {
    try {
      return await keySet(header, token)
    } catch (error) {
      // While they are being replaced, the newest may have been fetched and not be in use yet.
      if (!(error instanceof errors.JWKSNoMatchingKey && (last.isOutOfDate || keySet.reloading))) throw error
      if (keySet.reloading || isOlderThan(askAgainMs)) await keySet.reload()
      if (last.isOutOfDate) throw new ServiceUnavailableError(undefined, { cause: error })
      return keySet(header, token)
    }
  }

  const verifier = createTokenVerifier(getKey)
  const hasStoredKeys = async (): Promise<boolean> => (await stored.load()) !== undefined

  return {
    verify: verifier.verify,
    /** Whether an earlier start has left keys, so that this one needs no auth. */
    hasStoredKeys,
    /**
     * Fetches the keys before the first token comes, and again when they have served for ten minutes or are of an earlier
     * time; gives them back to a state store that has lost them. For a loop.
     */
    keepFresh: async () => {
      const keys = keySet.jwks()
      if (!keys || last.isOutOfDate || isOlderThan(freshMs)) await keySet.reload()
      else if (!(await hasStoredKeys())) await stored.save(v.parse(Jwks, keys))
    },
  }
}
