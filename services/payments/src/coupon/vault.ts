import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

const nonceBytes = 12
const tagBytes = 16
/** How much of a code tells an admin which one it is, when the code itself cannot be read any more. */
const hintSymbols = 4

/** A code as it is stored: found by its digest, read back with a key that the database does not hold. */
export type KeptCode = { codeHash: string; sealedCode: string; codeHint: string }

/** A code has 80 random bits, so its plain digest cannot be turned back, and stays the same whatever the key becomes. */
export const hashOf = (code: string): string =>
  createHash('sha256').update(`fairpass coupon ${code}`).digest('base64url')

/**
 * Keeps coupon codes so that a reader of the database can use none of them.
 * @param secret what only this service has; under another one codes are still redeemed, but shown by their last symbols alone
 */
export const createCodeVault = (secret: string) => {
  const key = Buffer.from(hkdfSync('sha256', secret, 'fairpass', 'fairpass/payments/coupons/v1', 32))

  return {
    keep: (code: string): KeptCode => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const sealed = Buffer.concat([cipher.update(code), cipher.final()])
      return {
        codeHash: hashOf(code),
        sealedCode: Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url'),
        codeHint: code.slice(-hintSymbols),
      }
    },

    /** The code, or as many stars and its last symbols where it was kept under another secret. */
    read: ({ sealedCode, codeHint }: KeptCode): string => {
      const bytes = Buffer.from(sealedCode, 'base64url')
      const [nonce, tag, sealed] = [
        bytes.subarray(0, nonceBytes),
        bytes.subarray(nonceBytes, nonceBytes + tagBytes),
        bytes.subarray(nonceBytes + tagBytes),
      ]
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag)
        return Buffer.concat([decipher.update(sealed), decipher.final()]).toString()
      } catch {
        return codeHint.padStart(sealed.length, '*')
      }
    },
  }
}

export type CodeVault = ReturnType<typeof createCodeVault>
