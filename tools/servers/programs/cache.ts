import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { explainDisk, needSpace } from '../disk.ts'
import { waitForLock } from '../lock.ts'
import { UserError } from '../user-error.ts'

const fetchLimitMs = 3 * 60 * 60_000

/** Where parts are kept between runs and shared by all checkouts. */
const cacheFolder = () =>
  process.env.FAIRPASS_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fairpass')

/**
 * The folder `name` of the cache, filled by `fill` when it isn't there yet. It appears whole or not at all, and two processes
 * that ask at once fill it once. A full disk and a cache that cannot be written are reported in one sentence.
 */
export const cached = async (name: string, fill: (folder: string) => Promise<void>): Promise<string> => {
  const folder = join(cacheFolder(), name)
  if (existsSync(folder)) return folder
  const partial = join(cacheFolder(), `partial-${name}`)
  const removePartial = () => rmSync(partial, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  try {
    const lock = await waitForLock(join(cacheFolder(), `${name}.lock`), fetchLimitMs, () =>
      console.log(`Another run is fetching ${name}; waiting for it`),
    )
    try {
      if (existsSync(folder)) return folder
      process.once('exit', removePartial)
      removePartial()
      mkdirSync(partial, { recursive: true })
      await fill(partial)
      renameSync(partial, folder)
    } finally {
      process.off('exit', removePartial)
      removePartial()
      lock.release()
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EROFS')) {
      throw new UserError(`${cacheFolder()} cannot be written; set FAIRPASS_CACHE to a folder that can.`)
    }
    throw explainDisk(error, cacheFolder())
  }
  return folder
}

/** Refuses early what would otherwise fail after minutes. */
export const needSpaceInCache = (bytes: number, forWhat: string) => {
  mkdirSync(cacheFolder(), { recursive: true })
  needSpace(cacheFolder(), bytes, `${forWhat} for a while`, 'FAIRPASS_CACHE')
}
