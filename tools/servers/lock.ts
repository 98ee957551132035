import { Database } from 'bun:sqlite'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

export type Lock = { release(): void }

/**
 * Takes the lock of a file, or returns undefined when another process has it. SQLite locks through the kernel,
 * so a lock ends with its process, `kill -9` included, and there is never a stale one to judge.
 */
export const tryLock = (path: string): Lock | undefined => {
  mkdirSync(dirname(path), { recursive: true })
  const database = new Database(path)
  try {
    database.run('PRAGMA busy_timeout = 0')
    database.run('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return undefined
    throw error
  }
  return {
    release: () => database.close(),
  }
}

/** Waits for the lock, at most `timeoutMs`; `onWait` is called once when somebody else has it. */
export const waitForLock = async (path: string, timeoutMs: number, onWait: () => void): Promise<Lock> => {
  const deadline = Date.now() + timeoutMs
  for (let isFirst = true; Date.now() < deadline; isFirst = false) {
    const lock = tryLock(path)
    if (lock) return lock
    if (isFirst) onWait()
    await Bun.sleep(250)
  }
  throw new Error(`${path} stayed locked by another process for ${Math.round(timeoutMs / 1000)} s`)
}
