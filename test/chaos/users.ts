import { sign } from 'node:crypto'
import { accessToken, type Role } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { signingKeyOf } from '../../services/auth/src/session/keys.ts'

const tokenSeconds = 3_600
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** People without accounts: tokens from the marketplace's own JWT_KEY spare thousands of password hashes. */
export const createUsers = (jwtKey: string, now = Date.now) => {
  const { privateKey, publicJwk } = signingKeyOf(jwtKey)
  return (role: Role = 'user') => {
    const id = newId()
    const issuedAt = Math.floor(now() / 1000)
    const { algorithm: alg, typ, issuer: iss, audience: aud } = accessToken
    const claims = { role, sid: newId(), iss, aud, sub: id, iat: issuedAt, exp: issuedAt + tokenSeconds, jti: newId() }
    const signed = `${encoded({ alg, typ, kid: publicJwk.kid })}.${encoded(claims)}`
    const signature = sign(null, Buffer.from(signed), privateKey).toString('base64url')
    return { id, token: `${signed}.${signature}` }
  }
}

export type User = ReturnType<ReturnType<typeof createUsers>>
