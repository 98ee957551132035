import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as v from 'valibot'
import type { Dapr } from '../dapr/dapr.ts'
import { ServiceUnavailableError } from '../errors.ts'
import { Id } from '../http/body.ts'
import type { Log } from '../telemetry/log.ts'
import type { User } from './identity.ts'

/** What an access token must say of itself (RFC 9068 for `typ`). Ed25519 is the only algorithm that is accepted. */
export const accessToken = { issuer: 'fairpass/auth', audience: 'fairpass', typ: 'at+jwt', algorithm: 'EdDSA' } as const

const Claims = v.object({ sub: Id, role: v.picklist(['user', 'admin']), sid: Id, iat: v.number() })
const Jwks = v.object({
  keys: v.array(v.looseObject({ kid: v.string(), kty: v.literal('OKP'), crv: v.literal('Ed25519'), x: v.string() })),
})

/** How long cached keys serve before they are asked for again, and how soon an unknown key may ask, in milliseconds. */
const freshMs = 10 * 60_000
const retryMs = 2_000

/**
 * The user an access token speaks for, or undefined for any token that is not valid now: forged, expired, of another kind.
 * `jku` and `jwk` headers are never looked at, since keys come from `getKey` alone.
 */
export const verifyToken = async (token: string, getKey: JWTVerifyGetKey): Promise<User | undefined> => {
  try {
    const { payload } = await jwtVerify(token, getKey, {
      algorithms: [accessToken.algorithm],
      issuer: accessToken.issuer,
      audience: accessToken.audience,
      typ: accessToken.typ,
      requiredClaims: ['exp', 'iat', 'sub'],
    })
    const { sub, role, sid, iat } = v.parse(Claims, payload)
    return { id: sub, role, sessionId: sid, issuedAt: new Date(iat * 1000) }
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) throw error
    if (error instanceof errors.JOSEError || error instanceof v.ValiError) return undefined
    throw error
  }
}

/**
 * Verifies access tokens alone: auth's public keys are fetched by invocation, cached, and kept in the state store, so that
 * neither an outage of auth nor a restart during one signs anybody out.
 */
export const createVerifier = ({ dapr, log }: { dapr: Dapr; log: Log }) => {
  let keys: JSONWebKeySet | undefined
  let askedAt = 0
  let asking: Promise<void> | undefined

  const ask = async () => {
    askedAt = Date.now()
    try {
      const fetched = await dapr.invoke('auth', 'api/users/.well-known/jwks.json', Jwks)
      keys = fetched
      const kept = await dapr.getState('jwks', Jwks)
      if (JSON.stringify(kept?.value) !== JSON.stringify(fetched)) await dapr.saveState('jwks', fetched, kept?.etag)
    } catch (error) {
      log.warn({ err: error }, 'the public keys of auth cannot be fetched; using those kept')
      keys ??= (await dapr.getState('jwks', Jwks))?.value
    }
  }

  const refresh = () => {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  const verify = async (token: string): Promise<User | undefined> => {
    if (!keys) await refresh()
    // Whether the token is good cannot be told: that is our failure, not the caller's.
    if (!keys) throw new ServiceUnavailableError()
    try {
      return await verifyToken(token, createLocalJWKSet(keys))
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    }
    if (Date.now() - askedAt < retryMs) return undefined
    await refresh()
    return verifyToken(token, createLocalJWKSet(keys)).catch((error) => {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined
      throw error
    })
  }

  return {
    verify,
    /** Fetches the keys before the first token comes, and again when they have served for ten minutes; for a loop. */
    keepFresh: async () => {
      if (!keys || Date.now() - askedAt > freshMs) await refresh()
    },
  }
}
