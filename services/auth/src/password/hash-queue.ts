import { ServiceUnavailableError } from '@fairpass/sdk/errors'

export type Bounds = {
  /** how many are hashed at once */
  concurrency?: number
  /** how many wait for their turn: about three seconds' worth on two cores */
  maxWaiting?: number
  /** how long one waits where hashing takes longer than that, in milliseconds: below the gateway's time-out */
  maxWaitMs?: number
}

const tooMany = () => new ServiceUnavailableError('Too many people are signing in right now; try again in a moment')

/**
 * A bounded queue: a few run at once, some more wait, and any further one is refused.
 * @throws ServiceUnavailableError when too many wait already
 */
export const createHashQueue = ({ concurrency = 2, maxWaiting = 128, maxWaitMs = 20_000 }: Bounds = {}) => {
  const waiting: { since: number; take: () => void; refuse: (error: Error) => void }[] = []
  let running = 0

  /** Starts the first that has not waited too long; those that have are refused without a hash. */
  const giveWay = () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (performance.now() - next.since <= maxWaitMs) return next.take()
      next.refuse(tooMany())
    }
    running--
  }

  return async <T>(work: () => Promise<T>): Promise<T> => {
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
}
