import { expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { accessToken } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { SignJWT } from 'jose'
import { signingKeyOf } from './keys.ts'
import { createTokens } from './tokens.ts'

const key = signingKeyOf('a secret of the test')
const tokens = createTokens(key, { seconds: 900 })
const user = { id: newId(), role: 'user', sessionId: newId() } as const

type Changes = {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  times?: [iat: number, exp: number]
}

const now = () => Math.floor(Date.now() / 1000)

/** A token as auth would sign it, but for what is changed. */
const almost = (
  { header = {}, claims = {}, times = [now(), now() + 900] }: Changes,
  signWith: SigningInput = key.privateKey,
) =>
  new SignJWT({
    iss: accessToken.issuer,
    aud: accessToken.audience,
    sub: user.id,
    role: 'user',
    sid: user.sessionId,
    jti: crypto.randomUUID(),
    iat: times[0],
    exp: times[1],
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: accessToken.typ, kid: key.publicJwk.kid, ...header })
    .sign(signWith)

type SigningInput = Parameters<SignJWT['sign']>[0]

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

test('a token says whom it speaks for, until it expires', async () => {
  const at = new Date()
  const issued = await tokens.issue(user, at)
  expect(await tokens.verify(issued)).toEqual({
    ...user,
    issuedAt: new Date(Math.floor(at.getTime() / 1000) * 1000),
    authenticatedAt: new Date(Math.floor(at.getTime() / 1000) * 1000),
  })
  expect(await tokens.verify(await almost({}))).toMatchObject(user)
  expect(await tokens.verify(await tokens.issue(user, new Date(Date.now() - 901_000)))).toBeUndefined()
})

// Guarantee: no token but one that auth signed, for this use, now, speaks for anybody.
test('a token without a signature is refused', async () => {
  const [, payload] = (await almost({})).split('.')
  const header = { typ: accessToken.typ, kid: key.publicJwk.kid }
  expect(await tokens.verify(`${encode({ ...header, alg: 'none' })}.${payload}.`)).toBeUndefined()
  expect(await tokens.verify(`${encode({ ...header, alg: 'EdDSA' })}.${payload}.`)).toBeUndefined()
})

test('HS256 with the public key as its secret is refused', async () => {
  const secrets = [Buffer.from(key.publicJwk.x, 'base64url'), Buffer.from(JSON.stringify(key.publicJwk))]
  for (const secret of secrets)
    expect(await tokens.verify(await almost({ header: { alg: 'HS256' } }, secret))).toBeUndefined()
})

test("an attacker's own key is refused, whatever the header says of it", async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const jwk = publicKey.export({ format: 'jwk' })
  const headers = [{}, { jwk }, { jwk, kid: undefined }, { jku: 'https://attacker.example/keys' }, { kid: 'unknown' }]
  for (const header of headers) expect(await tokens.verify(await almost({ header }, privateKey))).toBeUndefined()
})

test('changed claims are refused', async () => {
  const [header, payload = '', signature] = (await almost({})).split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  expect(await tokens.verify(`${header}.${encode({ ...claims, role: 'admin' })}.${signature}`)).toBeUndefined()
})

test.each<[string, Changes]>([
  ['of another issuer', { claims: { iss: 'somebody/else' } }],
  ['for another audience', { claims: { aud: 'another' } }],
  ['of another type', { header: { typ: 'JWT' } }],
  ['of no type', { header: { typ: undefined } }],
  ['that expired', { times: [now() - 1000, now() - 100] }],
  ['that never expires', { claims: { exp: undefined } }],
  ['that is not valid yet', { claims: { nbf: now() + 100 } }],
  ['for a subject that is no id', { claims: { sub: { $ne: null } } }],
  ['with a role that is none', { claims: { role: 'root' } }],
  ['without a session', { claims: { sid: undefined } }],
])('a token %s is refused, though our key signed it', async (_, changes) => {
  expect(await tokens.verify(await almost(changes))).toBeUndefined()
})

test('a refresh token and other text are no access token', async () => {
  const refresh = `${newId()}.${Buffer.alloc(32, 7).toString('base64url')}`
  for (const text of [refresh, '', '...', 'x', 'a.b.c', '{}', '🎟.🎟.🎟'])
    expect(await tokens.verify(text)).toBeUndefined()
})
