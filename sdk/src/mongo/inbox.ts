import type { ClientSession, Db } from 'mongodb'
import { isDuplicateKey } from './mongo-errors.ts'

type Applied = { _id: string; version: number; at: Date }

/** How long a consumer remembers what it applied, in seconds: longer than any broker keeps a message. */
const memorySeconds = 30 * 24 * 3600

/**
 * Applies an event only if it is new to its aggregate, in one transaction with what it changes: delivery repeats and has
 * no order, and what is late or doubled must change nothing.
 */
export const openInbox = (db: Db) => {
  const applied = db.collection<Applied>('inbox')
  return {
    ensureIndexes: () => applied.createIndex({ at: 1 }, { name: 'memory', expireAfterSeconds: memorySeconds }),

    /** @returns false when this or a later version of the aggregate was applied before */
    apply: async (
      aggregateId: string,
      version: number,
      work: (session: ClientSession) => Promise<void>,
    ): Promise<boolean> => {
      const session = db.client.startSession()
      try {
        await session.withTransaction(async () => {
          await applied.updateOne(
            { _id: aggregateId, version: { $lt: version } },
            { $set: { version, at: new Date() } },
            { upsert: true, session },
          )
          await work(session)
        })
        return true
      } catch (error) {
        if (isDuplicateKey(error) && error.keyPattern?._id === 1) return false
        throw error
      } finally {
        await session.endSession()
      }
    },
  }
}

export type Inbox = ReturnType<typeof openInbox>
