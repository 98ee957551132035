import type { Db } from 'mongodb'
import { isDuplicateKey } from '../mongo/mongo-errors.ts'

type StoredSuspension = { _id: string; version: number; isSuspended: boolean }

/**
 * Who may not sell or buy, by the events of their accounts in the order of their versions: an older one that is
 * replayed changes nothing. Stored in the service's own database, so that a request that writes first and checks
 * afterwards misses no ban, however old this replica's deny list is.
 */
export const openSuspensions = (db: Db) => {
  const accounts = db.collection<StoredSuspension>('suspensions')
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
