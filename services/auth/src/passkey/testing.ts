import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
const base64url = (data: Buffer | string) => Buffer.from(data).toString('base64url')

const headOf = (type: number, length: number) =>
  length < 24
    ? Buffer.from([(type << 5) | length])
    : length < 256
      ? Buffer.from([(type << 5) | 24, length])
      : Buffer.from([(type << 5) | 25, length >> 8, length & 255])

/** As much of CBOR (RFC 8949) as an authenticator says. */
const cbor = (value: number | string | Buffer | Map<number | string, unknown>): Buffer => {
  if (typeof value === 'number') return value >= 0 ? headOf(0, value) : headOf(1, -1 - value)
  if (typeof value === 'string') return Buffer.concat([headOf(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([headOf(2, value.length), value])
  const entries = [...value].flatMap(([key, one]) => [cbor(key), cbor(one as string)])
  return Buffer.concat([headOf(5, value.size), ...entries])
}

const flags = { present: 1, verified: 4, attested: 64 }

type Changes = { origin?: string; isVerified?: boolean; counter?: number }

/** The public key as COSE (RFC 9053): an elliptic curve, ES256, P-256, x and y. */
const coseOf = (publicKey: KeyObject): Buffer => {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  )
}

/** An authenticator in software: ES256, no attestation. What it gets wrong can be said. */
export const createAuthenticator = (origin: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(16)
  const cose = coseOf(publicKey)
  let counter = 0

  const dataOf = (rest: Buffer[], extra: number, { origin: from = origin, isVerified = true, ...change }: Changes) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(change.counter ?? ++counter)
    const bits = flags.present | (isVerified ? flags.verified : 0) | extra
    return Buffer.concat([sha256(new URL(from).hostname), Buffer.from([bits]), count, ...rest])
  }

  const clientData = (type: string, challenge: string, { origin: from = origin }: Changes) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: from, crossOrigin: false }))

  const common = { id: base64url(id), rawId: base64url(id), type: 'public-key', clientExtensionResults: {} } as const

  return {
    id: base64url(id),
    create: ({ challenge }: { challenge: string }, change: Changes = {}): RegistrationResponseJSON => {
      const attested = [Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', dataOf(attested, flags.attested, change)],
      ])
      return {
        ...common,
        response: {
          clientDataJSON: base64url(clientData('webauthn.create', challenge, change)),
          attestationObject: base64url(cbor(attestation)),
        },
      }
    },
    get: ({ challenge }: { challenge: string }, change: Changes = {}): AuthenticationResponseJSON => {
      const authenticatorData = dataOf([], 0, change)
      const client = clientData('webauthn.get', challenge, change)
      return {
        ...common,
        response: {
          clientDataJSON: base64url(client),
          authenticatorData: base64url(authenticatorData),
          signature: base64url(sign('sha256', Buffer.concat([authenticatorData, sha256(client)]), privateKey)),
        },
      }
    },
  }
}
