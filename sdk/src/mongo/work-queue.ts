import type { Filter, IndexDescription, Collection as MongoCollection, UpdateFilter } from 'mongodb'
import { now as timeNow } from '../clock.ts'
import { type Backoff, type Lease, takenLease } from '../lease.ts'

type Work = { _id: string; lease: Lease }
type Options = {
  /** what has work left; an equality or a list of values, as a partial index allows */
  unfinished: object
  backoff: Backoff
}

/**
 * Documents with work left, as a queue shared by replicas: one replica leases each at a time, for as long as the pause
 * before the next attempt. When it dies, another one takes over after that.
 */
export const openWorkQueue = <D extends Work>(raw: MongoCollection<D>, { unfinished, backoff }: Options) => {
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
      const filter = { $and: [unfinished, which], 'lease.nextAttemptAt': { $lte: now } } as unknown as Filter<D>
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
