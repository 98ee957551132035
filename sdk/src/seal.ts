import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
/** How much longer what is sealed is than the text, in bytes. */
export const sealOverheadBytes = nonceBytes + tagBytes

/** Encrypts a text so that nobody reads or changes it without the key of 32 bytes. Written as nonce, tag and ciphertext. */
export const seal = (text: string, key: Buffer): string => {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
}

/**
 * The text that was sealed; base64 is read in both alphabets.
 * @throws when it was sealed with another key, or changed since
 */
export const unseal = (sealed: string, key: Buffer): string => {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes))
  decipher.setAuthTag(bytes.subarray(nonceBytes, sealOverheadBytes))
  return Buffer.concat([decipher.update(bytes.subarray(sealOverheadBytes)), decipher.final()]).toString()
}
