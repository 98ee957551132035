import { runtime } from '@fairpass/sdk/runtime'
import type { Hasher } from './passwords.ts'

/** argon2id with 19 MiB and two passes (OWASP Password Storage Cheat Sheet), on the runtime's own threads. */
export const argon2id: Hasher = {
  hash: (password) => runtime.passwordHasher.hash(password, { memoryCost: 19_456, timeCost: 2 }),
  verify: runtime.passwordHasher.verify,
}
