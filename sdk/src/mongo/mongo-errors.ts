import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb'
import { type CustomError, DatabaseConnectionError, ServiceUnavailableError } from '../errors.ts'

/** A unique index refused the write. */
export const isDuplicateKey = (error: unknown): error is MongoServerError =>
  error instanceof MongoServerError && error.code === 11_000

/** Of many inserts without order, nothing failed but what a unique index refused. */
export const isAllDuplicateKeys = (error: unknown): boolean =>
  error instanceof MongoBulkWriteError && [error.writeErrors].flat().every(({ code }) => code === 11_000)

/** The operation exceeded its `maxTimeMS`. */
const isOutOfTime = (error: unknown) => error instanceof MongoServerError && error.code === 50

/**
 * The errors of a member that is not, or is about to stop being, the primary, and of writes that were waiting for a
 * majority then. Writes carry a label for it, reads do not (the drivers' specification of retryable reads has the
 * list).
 */
const withoutPrimary = new Set([6, 7, 64, 89, 91, 134, 189, 262, 9_001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436])

/** A database that cannot be reached, or has no primary just now, is a 503; other driver errors are unexpected. */
export const databaseErrorOf = (error: unknown): CustomError | undefined => {
  if (isOutOfTime(error))
    return new ServiceUnavailableError('This took too long; ask for less, or try again in a moment', { cause: error })
  const unreachable =
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNetworkError ||
    (error instanceof MongoServerError && withoutPrimary.has(Number(error.code))) ||
    (error instanceof MongoError &&
      (error.hasErrorLabel('RetryableWriteError') ||
        error.hasErrorLabel('TransientTransactionError') ||
        /^Mongo(NotConnected|TopologyClosed|PoolCleared|PoolClosed|WaitQueueTimeout|ClientClosed|OperationTimeout)/.test(
          error.name,
        )))
  return unreachable ? new DatabaseConnectionError({ cause: error }) : undefined
}
