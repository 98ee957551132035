import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { explainDisk, needSpace, tryLock, UserError } from '@fairpass/servers'

const leastFreeBytes = 500e6

export type DataFolder = { readonly path: string; release(): void }

/** Opens the data folder for this run alone. */
export const openDataFolder = (wanted: string): DataFolder => {
  const path = resolve(wanted)
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const lock = tryLock(join(path, 'up.lock'))
    if (!lock)
      throw new UserError(`${path} is in use by ${otherRun(path)}; end it, or choose another folder with DATA_DIR=….`)
    needSpace(path, leastFreeBytes, 'The marketplace', 'DATA_DIR')
    writeFileSync(join(path, 'up.pid'), `${process.pid}\n`)
    return { path, release: lock.release }
  } catch (error) {
    throw explainFolder(explainDisk(error, path), path)
  }
}

/** Why the system gives no folder there, by its own codes. */
const obstacles: Record<string, string> = {
  EEXIST: 'is a file, not a folder',
  ENOTDIR: 'lies in a file, not in a folder',
  ENOENT: 'cannot be made',
  ENAMETOOLONG: 'is too long a name for a folder',
  ELOOP: 'is a link that leads nowhere',
  EACCES: 'cannot be written',
  EPERM: 'cannot be written',
  EROFS: 'cannot be written',
}

/** Turns a folder that cannot be had into a sentence; everything else is passed on as it is. */
const explainFolder = (thrown: unknown, path: string): unknown => {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const obstacle = obstacles[code]
  return obstacle ? new UserError(`${path} ${obstacle}; choose another folder with DATA_DIR=….`) : thrown
}

const otherRun = (path: string) => {
  const file = join(path, 'up.pid')
  const pid = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  return pid ? `another run (process ${pid})` : 'another run'
}

/** A secret that is kept in the data folder, from then on readable by its owner alone. */
export const readSecret = (folder: string, name: string): string | undefined => {
  const file = join(folder, name)
  if (!existsSync(file)) return undefined
  chmodSync(file, 0o600)
  return readFileSync(file, 'utf8').trim() || undefined
}

/** The same, created at the first request. */
export const keptSecret = (folder: string, name: string): string => {
  const kept = readSecret(folder, name)
  if (kept) return kept
  const secret = newSecret()
  writeWhole(join(folder, name), `${secret}\n`, 0o600)
  return secret
}

export const newSecret = () => randomBytes(32).toString('base64url')

/** A reader sees the old file or the new one, never half of one. */
export const writeWhole = (file: string, text: string, mode = 0o644) => {
  const partial = `${file}.${process.pid}.partial`
  writeFileSync(partial, text, { mode })
  renameSync(partial, file)
}
