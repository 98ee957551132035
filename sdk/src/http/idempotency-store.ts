import type { Collection, Db } from 'mongodb'
import { now as timeNow } from '../clock.ts'
import { IdempotencyKeyReusedError, ServiceUnavailableError } from '../errors.ts'
import { isDuplicateKey } from '../mongo/mongo-errors.ts'
import { pause } from '../run-periodically.ts'

type StoredAnswer = { _id: string; fingerprint: string; lockedUntil: Date; at: Date; answer?: string }
const keptSeconds = 48 * 3600
/** A request that is under way renews its lock; one that stopped renewing was lost, and may be done again. */
const lockMs = 6_000
const renewMs = 2_000
const waitMs = 15_000
const pollMs = 50
/** The lock of a request that ended without an answer to keep. */
const released = new Date(0)

/** The ways to a lock: the first request under its key inserts it, a later one takes over what was released or lost. */
const createLocks = (answers: Collection<StoredAnswer>) => {
  /** Takes the lock of a request that is known; undefined while somebody else has it. */
  const takeOver = async (
    known: StoredAnswer,
    { fingerprint, now, isAbandoned }: { fingerprint: string; now: Date; isAbandoned: boolean },
  ): Promise<Date | undefined> => {
    if (known.lockedUntil > now && !isAbandoned) return undefined
    const at = known.fingerprint === fingerprint ? known.at : now
    const same = { _id: known._id, fingerprint: known.fingerprint, lockedUntil: known.lockedUntil }
    const lockedUntil = new Date(now.getTime() + lockMs)
    const taken = await answers.updateOne(same, { $set: { lockedUntil, fingerprint, at } })
    return taken.modifiedCount === 1 ? at : undefined
  }

  /** @returns whether this request is the first under its key */
  const insert = async (_id: string, fingerprint: string, now: Date): Promise<boolean> => {
    try {
      await answers.insertOne({ _id, fingerprint, lockedUntil: new Date(now.getTime() + lockMs), at: now })
      return true
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
      return false
    }
  }

  return { insert, takeOver }
}

/**
 * Whether a lock was not renewed for as long as one lasts, while somebody waited for it: whatever time it says, as when the
 * clock was set back since. One whose request is still under way says another within `renewMs`.
 */
const createWatch = () => {
  let seen: { lockedUntil: number; at: number } | undefined
  return (lockedUntil: Date): boolean => {
    if (seen?.lockedUntil !== lockedUntil.getTime())
      seen = { lockedUntil: lockedUntil.getTime(), at: performance.now() }
    return performance.now() - seen.at >= lockMs
  }
}

/** The answers of requests by their keys, and the locks of those that are under way. */
export const openIdempotencyStore = (db: Db) => {
  const answers = db.collection<StoredAnswer>('idempotency')
  const { insert, takeOver } = createLocks(answers)

  return {
    /** @returns the answer of the first request, or the lock to be it, with the time of the first */
    claim: async (_id: string, fingerprint: string): Promise<{ answer: string } | { firstAt: Date }> => {
      const deadline = performance.now() + waitMs
      const isAbandoned = createWatch()
      while (performance.now() < deadline) {
        const now = timeNow()
        if (await insert(_id, fingerprint, now)) return { firstAt: now }
        const known = await answers.findOne({ _id })
        if (!known) continue
        const isSame = known.fingerprint === fingerprint
        const isReleased = known.lockedUntil.getTime() === released.getTime()
        // A released key was refused for now, so another body may follow; a request that may have taken effect may not
        // change.
        if (!isSame && !isReleased) throw new IdempotencyKeyReusedError()
        if (known.answer) return { answer: known.answer }
        const firstAt = await takeOver(known, { fingerprint, now, isAbandoned: isAbandoned(known.lockedUntil) })
        if (firstAt) return { firstAt }
        await pause(pollMs)
      }
      throw new ServiceUnavailableError(
        'The first request with this Idempotency-Key is still under way; try again in a moment',
      )
    },

    /** Keeps the lock for as long as `work` takes. */
    whileLocked: async (_id: string, work: () => Promise<void>): Promise<void> => {
      const renew = () => answers.updateOne({ _id }, { $set: { lockedUntil: new Date(timeNow().getTime() + lockMs) } })
      const renewal = setInterval(() => void renew().catch(() => {}), renewMs)
      try {
        await work()
      } finally {
        clearInterval(renewal)
      }
    },

    release: (_id: string) => answers.updateOne({ _id }, { $set: { lockedUntil: released } }),
    keep: (_id: string, answer: string) => answers.updateOne({ _id }, { $set: { answer } }),
    ensureIndexes: () => answers.createIndex({ at: 1 }, { name: 'kept', expireAfterSeconds: keptSeconds }),
  }
}
