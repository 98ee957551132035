import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { type Barcode, payloadOf, symbologies } from './barcode.ts'
import { createKeyWrap, derive, type FileKeys, keyBytes } from './key-wrap.ts'

/** A sealed file: nothing of it opens without the key that `keyId` names. */
export type Sealed = { keyId: string; wrappedKey: Buffer; iv: Buffer; tag: Buffer; data: Buffer }

/**
 * What a barcode is known by: the same for the same code, and no way back to it.
 * `claimed` is noted for it, no two listings the same; `alike` is what else may have been noted for the same ticket: its text
 * in another symbology, or under the secret before while that is being replaced.
 */
export type Fingerprints = { claimed: string[]; alike: string[] }

const ivBytes = 12

const macOf =
  (secret: string, use: string) =>
  (...parts: (string | Uint8Array)[]): string => {
    const mac = createHmac('sha256', derive(secret, use))
    for (const part of parts) mac.update(part)
    return mac.digest('base64url')
  }

const fingerprintsUnder = (secret: string, barcode: Barcode): Fingerprints => {
  const payload = payloadOf(barcode)
  const of = (symbology: string) => macOf(secret, 'fingerprint')(symbology, '\0', barcode.bytes)
  if (payload === undefined) return { claimed: [of(barcode.symbology)], alike: [] }
  return {
    claimed: [of(barcode.symbology), macOf(secret, 'payload')(payload)],
    alike: symbologies.filter((symbology) => symbology !== barcode.symbology).map(of),
  }
}

/** Seals files: AES-256-GCM under a key for each, which is wrapped by one that is derived from `FILE_KEY`. */
export const createSeal = ({ current, previous }: FileKeys) => {
  const { keyId, knows, wrap, unwrap } = createKeyWrap({ current, previous })

  return {
    keyId,
    knows,

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
    digest: (ticketId: string, bytes: Uint8Array): string => macOf(current, 'source')(ticketId, '\0', bytes),

    fingerprints: (barcode: Barcode): Fingerprints => {
      const { claimed, alike } = fingerprintsUnder(current, barcode)
      const before = previous ? fingerprintsUnder(previous, barcode) : { claimed: [], alike: [] }
      return { claimed, alike: [...alike, ...before.claimed, ...before.alike] }
    },
  }
}

export type Seal = ReturnType<typeof createSeal>
