import { expect, test } from 'bun:test'
import { calculateJwkThumbprint } from 'jose'
import { digestSecretOf, signingKeyOf } from './keys.ts'

// Guarantee: a restart, another replica and the next release sign with the same key.
test('the same JWT_KEY gives the same key pair for ever', () => {
  expect(signingKeyOf('a secret of the test').publicJwk).toEqual(signingKeyOf('a secret of the test').publicJwk)
  expect(signingKeyOf('a secret of the test').publicJwk).toEqual({
    kty: 'OKP',
    crv: 'Ed25519',
    x: 'Wa7LO7jXPKvQKGSnaLPIpnSdjts5ilwWxbH8Dyy8_94',
    kid: 'VcTi8jKonpgsWY-CTYR5lIkUvAc7N4NLRgNcwKOj8i0',
    alg: 'EdDSA',
    use: 'sig',
  })
})

test('another JWT_KEY gives another pair, and the digest secret is neither', () => {
  const [one, other] = [signingKeyOf('a secret of the test'), signingKeyOf('another secret of the test')]
  expect(one.publicJwk.x).not.toBe(other.publicJwk.x)
  const secret = one.privateKey.export({ format: 'jwk' }).d
  expect(Buffer.from(digestSecretOf('a secret of the test'), 'hex').toString('base64url')).not.toBe(secret ?? '')
})

test('a key is named by its RFC 7638 thumbprint', async () => {
  const { publicJwk } = signingKeyOf('a secret of the test')
  expect(publicJwk.kid).toBe(await calculateJwkThumbprint(publicJwk))
})

test('what is published holds no private part', () => {
  expect(signingKeyOf('a secret of the test').publicJwk).not.toHaveProperty('d')
})
