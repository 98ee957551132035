import { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb'
import { type CustomError, DatabaseConnectionError } from '../errors.ts'

/** A unique index refused the write. */
export const isDuplicateKey = (error: unknown): error is MongoServerError =>
  error instanceof MongoServerError && error.code === 11_000

/** A database that cannot be reached, or has no primary just now, is a 503; other driver errors are nobody's to foresee. */
export const databaseErrorOf = (error: unknown): CustomError | undefined => {
  const unreachable =
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNetworkError ||
    (error instanceof MongoError &&
      (error.hasErrorLabel('RetryableWriteError') ||
        error.hasErrorLabel('TransientTransactionError') ||
        /^Mongo(NotConnected|TopologyClosed|PoolCleared|PoolClosed|WaitQueueTimeout|ClientClosed|OperationTimeout)/.test(
          error.name,
        )))
  return unreachable ? new DatabaseConnectionError({ cause: error }) : undefined
}
