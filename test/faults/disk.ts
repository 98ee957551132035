import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const chunk = Buffer.alloc(1024 * 1024)

/**
 * A disk of its own for one server, small enough to be filled; undefined where nobody may mount one. It is in memory, and
 * goes with `remove`.
 */
export const mountDisk = (folder: string, megabytes: number) => {
  mkdirSync(folder, { recursive: true })
  const run = (...command: string[]) => Bun.spawnSync(command, { stdout: 'ignore', stderr: 'ignore' }).success
  if (!Bun.which('mount') || !run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'fairpass', folder))
    return undefined
  const ballast = join(folder, 'ballast')

  return {
    folder,

    /** Not a byte is left, however much the server had reserved before. */
    fill: () => {
      const file = openSync(ballast, 'a')
      try {
        for (let size = chunk.length; size >= 1; ) {
          try {
            writeSync(file, chunk, 0, size)
          } catch {
            size = Math.floor(size / 2)
          }
        }
      } finally {
        closeSync(file)
      }
    },

    empty: () => rmSync(ballast, { force: true }),
    remove: () => run('umount', '-l', folder),
  }
}

export type Disk = NonNullable<ReturnType<typeof mountDisk>>
