import { Database } from 'bun:sqlite'
import { rmSync } from 'node:fs'

/**
 * Makes the file anew by which the sidecars of one run find each other. Each sidecar asks for SQLite's write-ahead log as it
 * starts; while another one writes, a file that has none yet refuses that at once, whatever the time-out (SQLITE_BUSY), and
 * the app beside it is found by nobody. So the file has it from the beginning.
 */
export const createNames = (databaseFile: string): void => {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${databaseFile}${suffix}`, { force: true })
  const database = new Database(databaseFile, { create: true })
  database.run('PRAGMA journal_mode = WAL')
  database.close()
}
