import { createHash, hkdfSync } from 'node:crypto'

/** The secret that files are sealed under, and the one before it while it is being replaced. */
export type FileKeys = { current: string; previous?: string | undefined }

export const keyBytes = 32

export const derive = (secret: string, use: string) =>
  Buffer.from(hkdfSync('sha256', secret, 'fairpass-file', use, keyBytes))

/** Tells keys apart, and says nothing of them. */
const keyIdOf = (secret: string) =>
  createHash('sha256').update(derive(secret, 'key id')).digest('base64url').slice(0, 12)

/** No key that this service was started with opens the file. */
export class UnknownFileKeyError extends Error {
  override readonly name = 'UnknownFileKeyError'
  constructor(keyId: string) {
    super(`No FILE_KEY opens what was sealed under key ${keyId}`)
  }
}

// What AES-KW (RFC 3394) wraps has to be a key of WebCrypto's; which kind, makes no difference to the bytes.
const kind = { name: 'HMAC', hash: 'SHA-256', length: keyBytes * 8 }

/** Wraps the key of each file (AES-KW) under one that is derived from `FILE_KEY`. */
export const createKeyWrap = ({ current, previous }: FileKeys) => {
  const keys = new Map(
    [current, ...(previous ? [previous] : [])].map((secret) => [keyIdOf(secret), derive(secret, 'wrap')] as const),
  )
  const keyId = keyIdOf(current)

  const wrappingKey = (id: string) => {
    const key = keys.get(id)
    if (!key) throw new UnknownFileKeyError(id)
    return crypto.subtle.importKey('raw', key, 'AES-KW', false, ['wrapKey', 'unwrapKey'])
  }

  return {
    keyId,
    knows: (id: string) => keys.has(id),

    wrap: async (key: Uint8Array<ArrayBuffer>): Promise<Buffer> => {
      const wrapped = await crypto.subtle.importKey('raw', key, kind, true, ['sign'])
      return Buffer.from(await crypto.subtle.wrapKey('raw', wrapped, await wrappingKey(keyId), 'AES-KW'))
    },

    /** @throws UnknownFileKeyError */
    unwrap: async (id: string, wrapped: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> => {
      const key = await crypto.subtle.unwrapKey('raw', wrapped, await wrappingKey(id), 'AES-KW', kind, true, ['sign'])
      return new Uint8Array(await crypto.subtle.exportKey('raw', key))
    },
  }
}
