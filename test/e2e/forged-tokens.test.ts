import { beforeAll, describe, expect, test } from 'bun:test'
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { signingKeyOf } from '../../services/auth/src/session/keys.ts'
import { type Marketplace, sharedMarketplace } from '../marketplace.ts'

type Part = Record<string, unknown>

let market: Marketplace
let person: Awaited<ReturnType<Marketplace['signedUp']>>
let key: ReturnType<typeof signingKeyOf>
let genuine: { header: Part; claims: Part; signature: string }

const decode = (part = ''): Part => JSON.parse(Buffer.from(part, 'base64url').toString())
const encode = (part: Part) => Buffer.from(JSON.stringify(part)).toString('base64url')

beforeAll(async () => {
  market = await sharedMarketplace()
  person = await market.signedUp()
  // What no attacker has, so that each forgery is wrong in one way only.
  key = signingKeyOf((await Bun.file(`${market.dataDir}/jwt-key`).text()).trim())
  const [header, claims, signature = ''] = person.jar.get('access')?.split('.') ?? []
  genuine = { header: decode(header), claims: decode(claims), signature }
})

/** One route of each service that needs somebody to be signed in. */
const routes = {
  auth: '/api/users/sessions',
  tickets: '/api/tickets/mine',
  orders: '/api/orders',
  payments: '/api/payments/earnings',
}

const ed25519 = (privateKey: KeyObject) => (text: string) => sign(null, Buffer.from(text), privateKey)
const hs256 = (secret: string | Buffer) => (text: string) => createHmac('sha256', secret).update(text).digest()

/** The genuine token but for what is changed, signed by auth's own key unless another one is given. */
const forged = (change: { header?: Part; claims?: Part } = {}, signWith = ed25519(key.privateKey)) => {
  const text = `${encode({ ...genuine.header, ...change.header })}.${encode({ ...genuine.claims, ...change.claims })}`
  return `${text}.${signWith(text).toString('base64url')}`
}

const answersTo = async (token: string) => {
  const stranger = market.visitor()
  const cookie = `access=${token}`
  const asked = Object.values(routes).flatMap((path) => [
    stranger.get(path, { headers: { authorization: `Bearer ${token}` } }),
    stranger.get(path, { headers: { cookie } }),
  ])
  return (await Promise.all(asked)).map(({ status, body }) => ({ status, code: body.code }))
}

test('the genuine token, signed again, is accepted by every service', async () => {
  for (const answer of await answersTo(forged())) expect(answer.status).toBe(200)
})

const now = () => Math.floor(Date.now() / 1000)
const attacker = generateKeyPairSync('ed25519')
const attackersJwk = attacker.publicKey.export({ format: 'jwk' })
const byAttacker = ed25519(attacker.privateKey)
const pem = () => createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' })

const forgeries: Record<string, () => string> = {
  'no algorithm and no signature': () => `${forged({ header: { alg: 'none' } }, () => Buffer.alloc(0))}`,
  'no algorithm, written otherwise': () => forged({ header: { alg: 'nOnE' } }, () => Buffer.alloc(0)),
  'no signature': () => forged({}, () => Buffer.alloc(0)),
  'HS256 with the public key': () =>
    forged({ header: { alg: 'HS256' } }, hs256(Buffer.from(key.publicJwk.x, 'base64url'))),
  'HS256 with the public key as text': () => forged({ header: { alg: 'HS256' } }, hs256(JSON.stringify(key.publicJwk))),
  'HS256 with the public key as PEM': () => forged({ header: { alg: 'HS256' } }, hs256(pem())),
  'another key under the same kid': () => forged({}, byAttacker),
  'another key, embedded as jwk': () => forged({ header: { jwk: attackersJwk } }, byAttacker),
  'another key, embedded as jwk, without a kid': () =>
    forged({ header: { jwk: attackersJwk, kid: undefined } }, byAttacker),
  'another key, to be fetched by jku': () => forged({ header: { jku: `${market.origin}/favicon.svg` } }, byAttacker),
  'another key, to be fetched by x5u': () => forged({ header: { x5u: 'https://attacker.example/cert' } }, byAttacker),
  'an unknown kid': () => forged({ header: { kid: '../../dev/null' } }, byAttacker),
  'a changed role': () =>
    `${encode(genuine.header)}.${encode({ ...genuine.claims, role: 'admin' })}.${genuine.signature}`,
  'a changed subject': () =>
    `${encode(genuine.header)}.${encode({ ...genuine.claims, sub: '0'.repeat(24) })}.${genuine.signature}`,
  'a later expiry': () =>
    `${encode(genuine.header)}.${encode({ ...genuine.claims, exp: now() + 1e6 })}.${genuine.signature}`,
  'another issuer': () => forged({ claims: { iss: 'somebody/else' } }),
  'another audience': () => forged({ claims: { aud: 'another' } }),
  'no audience': () => forged({ claims: { aud: undefined } }),
  'another type': () => forged({ header: { typ: 'JWT' } }),
  'no type': () => forged({ header: { typ: undefined } }),
  'critical claims that nobody knows': () => forged({ header: { crit: ['b64'], b64: false } }),
  'its time over': () => forged({ claims: { iat: now() - 1_000, exp: now() - 1 } }),
  'no end': () => forged({ claims: { exp: undefined } }),
  'its time to come': () => forged({ claims: { nbf: now() + 60 } }),
  'a subject that is no id': () => forged({ claims: { sub: { $ne: null } } }),
  'a role that is none': () => forged({ claims: { role: 'root' } }),
  'a refresh token in its place': () => person.jar.get('refresh') ?? '',
}

// Guarantee: no token but one that auth signed, for this use, now, speaks for anybody, whichever service is asked.
describe('refused by every service: a token with', () => {
  for (const [name, forge] of Object.entries(forgeries))
    test(name, async () => {
      for (const answer of await answersTo(forge())) expect(answer).toEqual({ status: 401, code: 'not_authenticated' })
    })
})

test('an admin is who auth says is one, not who says so', async () => {
  const token = forgeries['a changed role']?.() ?? ''
  const headers = { authorization: `Bearer ${token}` }
  for (const path of ['/api/coupons', '/api/users'])
    expect((await market.visitor().get(path, { headers })).body.code).toBe('not_authenticated')
  expect((await person.get('/api/coupons')).body.code).toBe('forbidden')
  expect((await person.get('/api/users')).body.code).toBe('forbidden')
})
