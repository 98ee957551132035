import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { Barcode } from './barcode.ts'

/** The secret that files are sealed under, and the one before it while it is being replaced. */
export type FileKeys = { current: string; previous?: string | undefined }

/** A sealed file: nothing of it opens without the key that `keyId` names. */
export type Sealed = { keyId: string; wrappedKey: Buffer; iv: Buffer; tag: Buffer; data: Buffer }

const keyBytes = 32
const ivBytes = 12

const derive = (secret: string, use: string) => Buffer.from(hkdfSync('sha256', secret, 'fairpass-file', use, keyBytes))

/** Tells keys apart, and says nothing of them. */
const keyIdOf = (secret: string) =>
  createHash('sha256').update(derive(secret, 'key id')).digest('base64url').slice(0, 12)

/** No key that this service was started with opens the file. */
export class UnknownFileKeyError extends Error {
  constructor(keyId: string) {
    super(`No FILE_KEY opens what was sealed under key ${keyId}`)
  }
}

/** Seals files: AES-256-GCM under a key for each, which is wrapped (AES-KW) by one that is derived from `FILE_KEY`. */
export const createSeal = ({ current, previous }: FileKeys) => {
  const keys = new Map(
    [current, ...(previous ? [previous] : [])].map((secret) => [keyIdOf(secret), derive(secret, 'wrap')] as const),
  )
  const keyId = keyIdOf(current)

  const wrappingKey = (id: string) => {
    const key = keys.get(id)
    if (!key) throw new UnknownFileKeyError(id)
    return crypto.subtle.importKey('raw', key, 'AES-KW', false, ['wrapKey', 'unwrapKey'])
  }

  // What AES-KW (RFC 3394) wraps has to be a key of WebCrypto's; which kind, makes no difference to the bytes.
  const kind = { name: 'HMAC', hash: 'SHA-256', length: keyBytes * 8 }

  const wrap = async (key: Uint8Array<ArrayBuffer>): Promise<Buffer> => {
    const wrapped = await crypto.subtle.importKey('raw', key, kind, true, ['sign'])
    return Buffer.from(await crypto.subtle.wrapKey('raw', wrapped, await wrappingKey(keyId), 'AES-KW'))
  }

  const unwrap = async (id: string, wrapped: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> => {
    const key = await crypto.subtle.unwrapKey('raw', wrapped, await wrappingKey(id), 'AES-KW', kind, true, ['sign'])
    return new Uint8Array(await crypto.subtle.exportKey('raw', key))
  }

  return {
    keyId,
    knows: (id: string) => keys.has(id),

    /** @param id the file's: sealed for one file, it opens as no other */
    seal: async (id: string, plain: Uint8Array): Promise<Sealed> => {
      const key = new Uint8Array(randomBytes(keyBytes))
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id))
      const data = Buffer.concat([cipher.update(plain), cipher.final()])
      return { keyId, wrappedKey: await wrap(key), iv, tag: cipher.getAuthTag(), data }
    },

    /** @throws UnknownFileKeyError, or the cipher's own error when a bit of it was changed */
    open: async (id: string, { keyId: sealedUnder, wrappedKey, iv, tag, data }: Sealed): Promise<Buffer> => {
      const key = await unwrap(sealedUnder, new Uint8Array(wrappedKey))
      const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id)).setAuthTag(tag)
      return Buffer.concat([decipher.update(data), decipher.final()])
    },

    /** The same file's key under the current secret: what a rotation writes. */
    rewrap: async ({ keyId: sealedUnder, wrappedKey }: Pick<Sealed, 'keyId' | 'wrappedKey'>) => ({
      keyId,
      wrappedKey: await wrap(await unwrap(sealedUnder, new Uint8Array(wrappedKey))),
    }),

    /** Tells the same bytes for the same listing again. */
    digest: (ticketId: string, bytes: Uint8Array): string =>
      createHmac('sha256', derive(current, 'source')).update(ticketId).update('\0').update(bytes).digest('base64url'),

    /**
     * What a barcode is known by, the current way first: the same for the same code, and no way back to it.
     * While a key is being replaced, what was noted under the one before counts, too.
     */
    fingerprints: ({ symbology, bytes }: Barcode): string[] =>
      [current, ...(previous ? [previous] : [])].map((secret) =>
        createHmac('sha256', derive(secret, 'fingerprint'))
          .update(symbology)
          .update('\0')
          .update(bytes)
          .digest('base64url'),
      ),
  }
}

export type Seal = ReturnType<typeof createSeal>
