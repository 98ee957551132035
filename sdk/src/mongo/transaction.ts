import type { ClientSession, Db } from 'mongodb'

/** Runs `work` in one transaction: tried again as a whole when another wrote in between, all or nothing. */
export const inTransaction = async <T>(db: Db, work: (session: ClientSession) => Promise<T>): Promise<T> => {
  const session = db.client.startSession()
  try {
    return await session.withTransaction(() => work(session))
  } finally {
    await session.endSession()
  }
}
