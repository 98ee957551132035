import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { createNames } from './sidecar.ts'
import { testFolder } from './testing/folder.ts'

// Guarantee: sidecars that start at the same moment are all found.
test('a sidecar may start while another one writes its name', () => {
  const file = join(testFolder(), 'names.db')
  createNames(file)
  const other = new Database(file)
  other.run('CREATE TABLE hosts (address TEXT)')
  other.run('BEGIN IMMEDIATE')
  other.run("INSERT INTO hosts VALUES ('127.0.0.1:1')")
  const starting = new Database(file)
  // What daprd does first on each connection.
  starting.run('PRAGMA busy_timeout = 2000')
  expect(starting.query('PRAGMA journal_mode = WAL').get()).toEqual({ journal_mode: 'wal' })
  other.run('COMMIT')
  for (const database of [other, starting]) database.close()
})

test('names of an earlier run are gone', () => {
  const file = join(testFolder(), 'names.db')
  createNames(file)
  const before = new Database(file)
  before.run('CREATE TABLE hosts (address TEXT)')
  before.close()
  createNames(file)
  const after = new Database(file)
  expect(after.query('SELECT name FROM sqlite_master').all()).toEqual([])
  after.close()
})
