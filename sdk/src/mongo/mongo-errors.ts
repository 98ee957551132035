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

/**
 * Of many inserts without order, nothing failed but what a unique index refused: when all failed together, none is listed, and
 * the others may be stored without having been acknowledged as they should.
 */
export const isAllDuplicateKeys = (error: unknown): boolean => {
  if (!(error instanceof MongoBulkWriteError)) return false
  const refused = [error.writeErrors].flat()
  const isAcknowledged = () => error.result.getWriteConcernError() === undefined
  return refused.length > 0 && refused.every(({ code }) => code === 11_000) && isAcknowledged()
}

/** Whatever fails a bulk write as a whole comes wrapped (driver 7.9), connections that broke and elections included. */
const wrappedIn = (error: unknown): unknown =>
  error instanceof MongoBulkWriteError && error.errorResponse instanceof Error ? error.errorResponse : error

/** The operation exceeded its `maxTimeMS`. */
const isOutOfTime = (error: unknown) => error instanceof MongoServerError && error.code === 50

/**
 * The errors of a member that is not, or is about to stop being, the primary, of writes that were waiting for a majority
 * then, and of a cursor whose member is gone (43). Writes carry a label for it, reads do not (the drivers' specification of
 * retryable reads has the list).
 */
const withoutPrimary = new Set([
  6, 7, 43, 64, 89, 91, 134, 189, 262, 9_001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436,
])

/**
 * A member that has no more of what it needs just now (file handles, room in its cache or on its disk), none that may be asked,
 * and an operation that an operator ended.
 */
const withoutMeans = new Set([133, 264, 365, 11_601, 14_031])

/**
 * What the driver throws, by its name, when it has nobody to ask. `UnexpectedServerResponse`: it was about to try a write again as
 * the member that it had chosen for that was lost, too ("does not support retryable writes", driver 7.9).
 */
const unreachableName =
  /^Mongo(NotConnected|TopologyClosed|ServerClosed|PoolCleared|PoolClosed|WaitQueueTimeout|ClientClosed|OperationTimeout|StalePrimary|UnexpectedServerResponse)/

const brokenConnection = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ECONNREFUSED', 'ENOTCONN', 'ETIMEDOUT'])

/**
 * The socket's own error: the driver passes it on as it is when a connection breaks while it waits to write more ("write
 * ECONNRESET", driver 7.9).
 */
const isBrokenConnection = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && brokenConnection.has(String(error.code))

/**
 * The driver (7.9) asks the error of a commit for its labels. When the connection breaks while the commit waits to be sent,
 * that is the socket's own error, which has none, and the driver fails over it.
 */
const isBrokenCommit = (error: unknown): boolean =>
  error instanceof TypeError && error.message.includes('hasErrorLabel is not a function')

/** A database that cannot be reached, or has no primary just now, is a 503; other driver errors are unexpected. */
export const databaseErrorOf = (thrown: unknown): CustomError | undefined => {
  const error = wrappedIn(thrown)
  if (isOutOfTime(error))
    return new ServiceUnavailableError('This took too long; ask for less, or try again in a moment', { cause: error })
  const unreachable =
    isBrokenConnection(error) ||
    isBrokenCommit(error) ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNetworkError ||
    (error instanceof MongoServerError &&
      (withoutPrimary.has(Number(error.code)) || withoutMeans.has(Number(error.code)))) ||
    (error instanceof MongoError &&
      (error.hasErrorLabel('RetryableWriteError') ||
        error.hasErrorLabel('TransientTransactionError') ||
        unreachableName.test(error.name)))
  return unreachable ? new DatabaseConnectionError({ cause: error }) : undefined
}
