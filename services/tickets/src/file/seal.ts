import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { Barcode } from './barcode.ts'
import { createKeyWrap, derive, type FileKeys, keyBytes } from './key-wrap.ts'

/** A sealed file: nothing of it opens without the key that `keyId` names. */
export type Sealed = { keyId: string; wrappedKey: Buffer; iv: Buffer; tag: Buffer; data: Buffer }

const ivBytes = 12

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
