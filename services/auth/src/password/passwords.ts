import { ServiceUnavailableError } from '@fairpass/sdk/errors'

/** A slow, salted password hash; which one, the runtime brings. */
export type Hasher = {
  hash: (password: string) => Promise<string>
  verify: (password: string, hash: string) => Promise<boolean>
}

type Bounds = {
  /** how many are hashed at once */
  concurrency?: number
  /** how many wait for their turn: about three seconds' worth on two cores */
  maxWaiting?: number
  /** how long one waits where hashing takes longer than that, in milliseconds: below the gateway's patience */
  maxWaitMs?: number
}

const tooMany = () => new ServiceUnavailableError('Too many people are signing in right now; try again in a moment')

/**
 * Passwords hashed and verified in a bounded queue, so that a flood of sign-ins neither takes all cores and memory nor
 * makes anybody wait for long: beyond the queue it is a 503.
 */
export const createPasswords = (
  hasher: Hasher,
  { concurrency = 2, maxWaiting = 128, maxWaitMs = 20_000 }: Bounds = {},
) => {
  const waiting: { since: number; take: () => void; refuse: (error: Error) => void }[] = []
  let running = 0
  let decoy: string | undefined

  /** Hands the place on to the first that has not waited too long; whoever has is sent away without a hash. */
  const giveWay = () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (performance.now() - next.since <= maxWaitMs) return next.take()
      next.refuse(tooMany())
    }
    running--
  }

  const enqueue = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < concurrency) running++
    else if (waiting.length < maxWaiting)
      await new Promise<void>((take, refuse) => waiting.push({ since: performance.now(), take, refuse }))
    else throw tooMany()
    try {
      return await work()
    } finally {
      giveWay()
    }
  }

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
     * Without a hash the answer is false, after the time that a real one would have taken: it must not tell who has an account.
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
