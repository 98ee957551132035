import type { Db } from 'mongodb'
import { isDuplicateKey } from '../mongo/mongo-errors.ts'

type Known = { _id: string; version: number; isSuspended: boolean }

/**
 * Who may not sell or buy, as the events of their account say in their own order: one that is replayed after a later one
 * changes nothing. Kept with what the service owns, so that whoever writes first and looks afterwards misses no ban,
 * however old this replica's deny list is.
 */
export const openSuspensions = (db: Db) => {
  const accounts = db.collection<Known>('suspensions')
  return {
    /** @returns false when a later event of this account is known; true again when the same one is delivered again */
    follow: async ({ id, version }: { id: string; version: number }, isSuspended: boolean): Promise<boolean> => {
      try {
        await accounts.updateOne(
          { _id: id, version: { $lte: version } },
          { $set: { version, isSuspended } },
          { upsert: true },
        )
        return true
      } catch (error) {
        // Something is stored, and it is not older.
        if (isDuplicateKey(error)) return false
        throw error
      }
    },

    isSuspended: async (id: string): Promise<boolean> =>
      (await accounts.findOne({ _id: id, isSuspended: true }, { projection: { _id: 1 } })) !== null,
  }
}

export type Suspensions = ReturnType<typeof openSuspensions>
