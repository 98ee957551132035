import { statfsSync } from 'node:fs'
import { UserError } from './user-error.ts'

/** Refuses to start what the disk of `folder` has no room for; `variable` is what chooses another folder. */
export const needSpace = (folder: string, bytes: number, forWhat: string, variable: string) => {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  if (free >= bytes) return
  throw new UserError(
    `${forWhat} needs ${inWords(bytes)} of disk and ${folder} has ${inWords(free)} free; ` +
      `free some space, or choose a folder on another disk with ${variable}=….`,
  )
}

/** Turns a full disk into a sentence; everything else is passed on as it is. */
export const explainDisk = (thrown: unknown, folder: string): unknown =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC'
    ? new UserError(`The disk that holds ${folder} is full; free some space and start again.`)
    : thrown

const inWords = (bytes: number) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.floor(bytes / 1e6)} MB`)
