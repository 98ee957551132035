/** When a piece of work may be leased, and how many attempts there were since it last made progress. */
export type Lease = { attempts: number; nextAttemptAt: Date }

/** The pause after the first attempt, which doubles with each further one up to the longest, in milliseconds. */
export type Backoff = { firstMs: number; longestMs: number }

/** A lease that nobody has taken yet. */
export const leaseFrom = (nextAttemptAt: Date): Lease => ({ attempts: 0, nextAttemptAt })

/** The lease of a worker that takes the work now: no other worker does before it has run out. */
export const takenLease = ({ attempts }: Lease, { firstMs, longestMs }: Backoff, now: Date): Lease => ({
  attempts: attempts + 1,
  nextAttemptAt: new Date(now.getTime() + Math.min(firstMs * 2 ** attempts, longestMs)),
})
