import type { ClientSession, Db } from 'mongodb'
import { CustomError } from '../errors.ts'
import { isDuplicateKey } from './mongo-errors.ts'

/** Runs `work` in one transaction: tried again as a whole when another wrote in between, all or nothing. */
export const inTransaction = async <T>(db: Db, work: (session: ClientSession) => Promise<T>): Promise<T> => {
  const session = db.client.startSession()
  try {
    return await session.withTransaction(() => work(session))
  } finally {
    await session.endSession()
  }
}

/** Whether a transaction ended by a refusal. After anything else it may have been committed, and only the answer was lost. */
export const isNotCommitted = (error: unknown): boolean =>
  isDuplicateKey(error) || (error instanceof CustomError && error.status < 500)
