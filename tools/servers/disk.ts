import { statfsSync } from 'node:fs'
import { UserError } from './user-error.ts'

const freeBytes = (folder: string) => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Refuses to start what the disk of `folder` has no room for; `variable` is what chooses another folder. */
export const needSpace = (folder: string, bytes: number, forWhat: string, variable: string) => {
  const free = freeBytes(folder)
  if (free >= bytes) return
  throw new UserError(
    `${forWhat} needs ${inWords(bytes)} of disk and ${folder} has ${inWords(free)} free; ` +
      `free some space, or choose a folder on another disk with ${variable}=….`,
  )
}

type Watch = { leastBytes: number; say: (line: string) => void; everyMs?: number; free?: (folder: string) => number }

/**
 * Warns when the disk of `folder` runs full, before anything on it fails, once each time.
 * @returns a function that stops watching
 */
export const watchSpace = (
  folder: string,
  { leastBytes, say, everyMs = 15_000, free = freeBytes }: Watch,
): (() => void) => {
  let isShort = false
  const look = () => {
    const left = free(folder)
    if (left < leastBytes && !isShort)
      say(
        `The disk that holds ${folder} has ${inWords(left)} free; free some space soon: once it is full, ` +
          'purchases are refused until there is room again.',
      )
    // There has to be clearly more space before the next warning.
    isShort = left < (isShort ? leastBytes * 1.2 : leastBytes)
  }
  const timer = setInterval(() => {
    try {
      look()
    } catch {
      // A folder that is gone is reported elsewhere.
    }
  }, everyMs)
  timer.unref()
  look()
  return () => clearInterval(timer)
}

/** Turns a full disk into a sentence; everything else is passed on as it is. */
export const explainDisk = (thrown: unknown, folder: string): unknown =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC'
    ? new UserError(`The disk that holds ${folder} is full; free some space and start again.`)
    : thrown

const inWords = (bytes: number) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.floor(bytes / 1e6)} MB`)
