import type { Filter, IndexDescription, Collection as MongoCollection, UpdateFilter } from 'mongodb'
import { clockSkewSeconds, now as timeNow } from '../clock.ts'
import { type Backoff, type Lease, takenLease } from '../lease.ts'

type Work = { _id: string; lease: Lease }
type Options = {
  /** what has work left; an equality or a list of values, as a partial index allows */
  unfinished: object
  backoff: Backoff
  /** whether the first attempt may be as far ahead as it likes */
  startsLater?: boolean
}

/**
 * Documents with work left, as a queue shared by replicas: one replica leases each at a time, for as long as the pause
 * before the next attempt. When it dies, another one takes over after that.
 */
export const openWorkQueue = <D extends Work>(
  raw: MongoCollection<D>,
  { unfinished, backoff, startsLater }: Options,
) => {
  /** A lease that ends later than any may was taken before the clock was set back, and would wait until that has caught up. */
  const isOver = (now: Date) => {
    const latest = new Date(now.getTime() + backoff.longestMs + clockSkewSeconds * 1_000)
    const wasTaken = startsLater ? { 'lease.attempts': { $gt: 0 } } : {}
    return {
      $or: [{ 'lease.nextAttemptAt': { $lte: now } }, { 'lease.nextAttemptAt': { $gt: latest }, ...wasTaken }],
    }
  }

  const taken = (found: D, now: Date) => takenLease(found.lease, backoff, now)
  return {
    index: {
      key: { 'lease.nextAttemptAt': 1 },
      name: 'nextAttempt',
      partialFilterExpression: unfinished,
    } satisfies IndexDescription,

    /** What may be leased, the longest due first. `which` narrows what has work left. */
    due: async (now: Date, limit: number, which: object = {}): Promise<D[]> => {
      // As a whole, word for word: of a part of it MongoDB does not see that the partial index has it.
      const filter = { $and: [unfinished, which, isOver(now)] } as unknown as Filter<D>
      const found = await raw.find(filter).sort({ 'lease.nextAttemptAt': 1 }).limit(limit).toArray()
      return found as unknown as D[]
    },

    /** Leases what was found and returns it as it is now; undefined when another replica was quicker. */
    claim: async (found: D, now = timeNow()): Promise<D | undefined> => {
      const { _id, lease } = found
      const same = { ...unfinished, _id, 'lease.attempts': lease.attempts, 'lease.nextAttemptAt': lease.nextAttemptAt }
      const claimed = await raw.findOneAndUpdate(
        same as unknown as Filter<D>,
        { $set: { lease: taken(found, now) } } as unknown as UpdateFilter<D>,
        { returnDocument: 'after' },
      )
      return (claimed as unknown as D | null) ?? undefined
    },
  }
}

export type WorkQueue<D extends Work> = ReturnType<typeof openWorkQueue<D>>
