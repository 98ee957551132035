import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const largestBytes = 32 * 1024 * 1024

export type LogFile = { readonly path: string; write(chunk: Uint8Array): void; close(): void }

/** `logs/NAME.log` under the data folder; the run before is kept as `NAME.log.1`, and so is what grows too large. */
export const openLogFile = (dataDir: string, name: string): LogFile => {
  const folder = join(dataDir, 'logs')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name}.log`)
  const open = () => {
    if (existsSync(path)) renameSync(path, `${path}.1`)
    return openSync(path, 'w', 0o600)
  }
  let file: number | undefined = open()
  let written = 0
  return {
    path,
    write: (chunk) => {
      if (file === undefined) return
      if (written > largestBytes) {
        closeSync(file)
        file = open()
        written = 0
      }
      try {
        written += writeSync(file, chunk)
      } catch {
        // A full disk must not end a process that still serves.
      }
    },
    close: () => {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}
