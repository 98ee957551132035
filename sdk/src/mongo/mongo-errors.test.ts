import { expect, test } from 'bun:test'
import { MongoServerError } from 'mongodb'
import { databaseErrorOf } from './mongo-errors.ts'

// Guarantee: while a replica set chooses another primary, readers get a 503 to retry after, as writers do.
test.each([
  ['NotWritablePrimary', 10_107],
  ['NotPrimaryNoSecondaryOk', 13_435],
  ['NotPrimaryOrSecondary', 13_436],
  ['InterruptedDueToReplStateChange', 11_602],
  ['InterruptedAtShutdown', 11_600],
  ['PrimarySteppedDown', 189],
  ['ShutdownInProgress', 91],
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
