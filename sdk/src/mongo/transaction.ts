import type { ClientSession, Db } from 'mongodb'
import { DatabaseConnectionError } from '../errors.ts'

/**
 * The driver (7.9) asks the error of a commit for its labels. When the connection breaks while the commit waits to be sent,
 * that is the socket's own error, which has none, and the driver fails over it.
 */
const isBrokenCommit = (error: unknown) =>
  error instanceof TypeError && error.message.includes('hasErrorLabel is not a function')

/** Runs `work` in one transaction: tried again as a whole when another wrote in between, all or nothing. */
export const inTransaction = async <T>(db: Db, work: (session: ClientSession) => Promise<T>): Promise<T> => {
  const session = db.client.startSession()
  try {
    return await session.withTransaction(() => work(session))
  } catch (error) {
    throw isBrokenCommit(error) ? new DatabaseConnectionError({ cause: error }) : error
  } finally {
    await session.endSession()
  }
}
