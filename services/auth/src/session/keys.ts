import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'

/** What comes before the seed in the PKCS #8 form of an Ed25519 private key (RFC 8410, 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

const derive = (jwtKey: string, purpose: string) =>
  Buffer.from(hkdfSync('sha256', jwtKey, 'fairpass', `fairpass/auth/${purpose}`, 32))

export type SigningKey = { privateKey: KeyObject; publicJwk: ReturnType<typeof publicJwkOf> }

/** The public half, named by its thumbprint (RFC 7638). */
const publicJwkOf = (privateKey: KeyObject) => {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url')
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }
}

/** The Ed25519 key pair that JWT_KEY stands for: the same secret gives the same pair on every replica and after every start. */
export const signingKeyOf = (jwtKey: string): SigningKey => {
  const seed = derive(jwtKey, 'ed25519/v1')
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
  return { privateKey, publicJwk: publicJwkOf(privateKey) }
}

/** Keys the digests that are kept of requests, whose bodies hold passwords here. */
export const digestSecretOf = (jwtKey: string): string => derive(jwtKey, 'idempotency/v1').toString('hex')

/** Makes the secrets in the links of mails. */
export const emailTokenKeyOf = (jwtKey: string): string => derive(jwtKey, 'email-token/v1').toString('hex')

/** Signs the token of a sign-in that still needs a code. */
export const pendingKeyOf = (jwtKey: string): string => derive(jwtKey, 'pending/v1').toString('hex')

/** Makes the links that end mails of a kind. */
export const unsubscribeKeyOf = (jwtKey: string): string => derive(jwtKey, 'unsubscribe/v1').toString('hex')
