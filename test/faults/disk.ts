import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { testFolder } from '@fairpass/servers/testing'
import { eventually } from '../eventually.ts'

const chunk = Buffer.alloc(1024 * 1024)
const repairedWithinMs = 20_000

const run = (...command: string[]) => {
  const { success, stdout } = Bun.spawnSync(command, { stdout: 'pipe', stderr: 'ignore' })
  return success ? stdout.toString().trim() : undefined
}

const mountTmpfs = (folder: string, megabytes: number) => {
  mkdirSync(folder, { recursive: true })
  return run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'fairpass', folder) !== undefined
}

/** A file system of its own on a device in memory, so that it can fail as a disk does; undefined where there are no such devices. */
const mountDevice = (folder: string, megabytes: number) => {
  const memory = `${folder}.memory`
  const image = join(memory, 'image')
  if (!Bun.which('mkfs.ext4') || !mountTmpfs(memory, megabytes + 8)) return undefined
  writeFileSync(image, '')
  truncateSync(image, megabytes * 1024 * 1024)
  mkdirSync(folder, { recursive: true })
  // While it is away nobody may mistake the folder below for it.
  run('mount', '-t', 'tmpfs', '-o', 'ro,size=4k', 'fairpass', folder)
  const mount = () => run('mount', '-o', 'loop,errors=remount-ro', image, folder) !== undefined
  if (run('mkfs.ext4', '-q', '-m', '0', image) === undefined || !mount()) {
    run('umount', '-l', folder)
    run('umount', '-l', memory)
    return undefined
  }
  return {
    /** From now on nothing can be written, as when the kernel has found the disk to fail. */
    turnReadOnly: () => {
      const device = basename(run('findmnt', '-n', '-o', 'SOURCE', folder) ?? '')
      writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, '1')
    },

    /** It is mounted anew as soon as nobody has a file of it open any more, which a server that cannot write does not for long. */
    repair: async () => {
      await eventually(
        async () => run('umount', folder) !== undefined,
        (isUnmounted) => isUnmounted,
        repairedWithinMs,
      )
      if (!mount()) throw new Error(`${folder} cannot be mounted again`)
    },

    remove: () => {
      for (const mounted of [folder, folder, memory]) run('umount', '-l', mounted)
    },
  }
}

/**
 * A disk of its own for one server, small enough to be filled; undefined where nobody may mount one. It is in memory, and
 * goes with `remove`. Where there are loop devices it can turn read-only, too.
 */
export const mountDisk = (folder: string, megabytes: number) => {
  if (!Bun.which('mount')) return undefined
  const device = mountDevice(folder, megabytes)
  if (!device && !mountTmpfs(folder, megabytes)) return undefined
  const ballast = join(folder, 'ballast')
  const remove = () => (device ? device.remove() : run('umount', '-l', folder))
  // Whoever ends early leaves none behind.
  process.once('exit', remove)

  return {
    folder,
    device,

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
    remove: () => {
      process.off('exit', remove)
      remove()
    },
  }
}

/** What whoever runs the tests may do with disks here. */
export const disksHere = () => {
  const disk = mountDisk(join(testFolder(), 'disk'), 8)
  disk?.remove()
  return { canMount: disk !== undefined, canTurnReadOnly: disk?.device !== undefined }
}

export type Disk = NonNullable<ReturnType<typeof mountDisk>>
