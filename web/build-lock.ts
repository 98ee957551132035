import { Database } from 'bun:sqlite'

/**
 * The lock of a build, or undefined while another has it. It is a lock of the operating system on an empty database, so
 * it ends with the process that holds it, however that ends.
 */
export const takeLock = (file: string): Disposable | undefined => {
  const database = new Database(file)
  try {
    database.run('BEGIN EXCLUSIVE')
    return { [Symbol.dispose]: () => database.close() }
  } catch (error) {
    database.close()
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return undefined
    throw error
  }
}
