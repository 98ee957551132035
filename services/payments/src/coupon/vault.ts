import { createHash, hkdfSync } from 'node:crypto'
import { seal, sealOverheadBytes, unseal } from '@fairpass/sdk/seal'

/** How many symbols of a code identify it for an admin when the code itself cannot be read any more. */
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
    keep: (code: string): KeptCode => ({
      codeHash: hashOf(code),
      sealedCode: seal(code, key),
      codeHint: code.slice(-hintSymbols),
    }),

    /** The code, or as many stars and its last symbols where it was kept under another secret. */
    read: ({ sealedCode, codeHint }: KeptCode): string => {
      try {
        return unseal(sealedCode, key)
      } catch {
        return codeHint.padStart(Buffer.from(sealedCode, 'base64url').length - sealOverheadBytes, '*')
      }
    },
  }
}

export type CodeVault = ReturnType<typeof createCodeVault>
