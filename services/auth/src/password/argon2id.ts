import type { Hasher } from './passwords.ts'

/** argon2id with 19 MiB and two passes (OWASP Password Storage Cheat Sheet), on Bun's own threads. */
export const argon2id: Hasher = {
  hash: (password) => Bun.password.hash(password, { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 }),
  verify: (password, hash) => Bun.password.verify(password, hash),
}
