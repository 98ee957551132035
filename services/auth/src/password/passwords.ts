import { type Bounds, createHashQueue } from './hash-queue.ts'

/** A slow, salted password hash, from the runtime. */
export type Hasher = {
  hash: (password: string) => Promise<string>
  verify: (password: string, hash: string) => Promise<boolean>
}

/**
 * Passwords hashed and verified in a bounded queue, so that a flood of sign-ins neither takes all cores and memory nor
 * makes anybody wait for long: beyond the queue it is a 503.
 */
export const createPasswords = (hasher: Hasher, bounds: Bounds = {}) => {
  const enqueue = createHashQueue(bounds)
  let decoy: string | undefined

  // The same password typed on another keyboard may come composed differently (RFC 8265, 4.2.2).
  const prepared = (password: string) => password.normalize('NFKC')

  const decoyHash = async () => {
    decoy ??= await hasher.hash(crypto.randomUUID())
    return decoy
  }

  return {
    /** Makes the hash that stands for accounts that do not exist. */
    prepare: decoyHash,

    /** @throws ServiceUnavailableError when too many wait already */
    hash: (password: string) => enqueue(() => hasher.hash(prepared(password))),

    /**
     * Without a hash the answer is false, after the time that a real one would have taken: the time must not reveal who
     * has an account.
     * @throws ServiceUnavailableError when too many wait already
     */
    verify: (password: string, hash: string | undefined) =>
      enqueue(async () => {
        const matches = await hasher.verify(prepared(password), hash ?? (await decoyHash()))
        return hash !== undefined && matches
      }),
  }
}

export type Passwords = ReturnType<typeof createPasswords>
