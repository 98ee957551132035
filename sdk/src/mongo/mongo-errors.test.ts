import { expect, test } from 'bun:test'
import {
  type BulkWriteResult,
  MongoBulkWriteError,
  MongoNetworkError,
  MongoServerClosedError,
  MongoServerError,
  MongoUnexpectedServerResponseError,
  type WriteConcernError,
  type WriteError,
} from 'mongodb'
import { databaseErrorOf, isAllDuplicateKeys } from './mongo-errors.ts'

// Guarantee: while a replica set chooses another primary, readers get a 503 to retry after, as writers do.
test.each([
  ['NotWritablePrimary', 10_107],
  ['NotPrimaryNoSecondaryOk', 13_435],
  ['NotPrimaryOrSecondary', 13_436],
  ['InterruptedDueToReplStateChange', 11_602],
  ['InterruptedAtShutdown', 11_600],
  ['PrimarySteppedDown', 189],
  ['ShutdownInProgress', 91],
  ['CursorNotFound', 43],
  ['FailedToSatisfyReadPreference', 133],
  ['TooManyFilesOpen', 264],
  ['TemporarilyUnavailable', 365],
  ['Interrupted', 11_601],
  ['OutOfDiskSpace', 14_031],
])('%s is no failure of ours', (errmsg, code) => {
  expect(databaseErrorOf(new MongoServerError({ errmsg, code }))?.status).toBe(503)
})

test.each([
  ['BadValue', 2],
  ['DuplicateKey', 11_000],
  ['DocumentValidationFailure', 121],
])('%s is not taken for an outage', (errmsg, code) => {
  expect(databaseErrorOf(new MongoServerError({ errmsg, code }))).toBeUndefined()
})

test.each([
  new MongoUnexpectedServerResponseError('Selected server does not support retryable writes'),
  new MongoServerClosedError(),
  Object.assign(new Error('write ECONNRESET'), { code: 'ECONNRESET', syscall: 'write' }),
])('$message is no failure of ours', (error) => {
  expect(databaseErrorOf(error)?.status).toBe(503)
})

test('duplicates are all that failed only when nothing else did', () => {
  const failed = (codes: number[], concern?: WriteConcernError) =>
    new MongoBulkWriteError(
      { message: 'failed', code: codes[0] ?? 0, writeErrors: codes.map((code) => ({ code }) as WriteError) },
      { getWriteConcernError: () => concern } as BulkWriteResult,
    )
  expect(isAllDuplicateKeys(failed([11_000, 11_000]))).toBe(true)
  expect(isAllDuplicateKeys(failed([11_000, 11_602]))).toBe(false)
  expect(isAllDuplicateKeys(failed([11_000], { code: 64 } as WriteConcernError))).toBe(false)
})

test('a bulk write that failed as a whole is an outage, and no list of duplicates', () => {
  // As the driver passes it on: wrapped, with nothing that was refused (test/faults/driver-errors.test.ts has it throw).
  const wrapped = (cause: Error) => new MongoBulkWriteError(cause, {} as BulkWriteResult)
  for (const cause of [new MongoNetworkError('read ECONNRESET'), new MongoServerClosedError()]) {
    expect(databaseErrorOf(wrapped(cause))?.status).toBe(503)
    expect(isAllDuplicateKeys(wrapped(cause))).toBe(false)
  }
  expect(databaseErrorOf(wrapped(new MongoServerError({ errmsg: 'BadValue', code: 2 })))).toBeUndefined()
})
