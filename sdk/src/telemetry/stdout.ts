import { writeSync } from 'node:fs'

/** How long lines wait for others to be written with, in milliseconds. */
const gatherMs = 50

let waiting: string[] = []

const take = (): string => {
  const lines = waiting.join('')
  waiting = []
  return lines
}

/**
 * Writes a line to standard output, together with those of the next moment: one call for many. The process writes what waits
 * when it ends; one that is killed takes the last lines with it.
 */
export const writeLine = (line: string): void => {
  if (waiting.length === 0) setTimeout(() => process.stdout.write(take()), gatherMs).unref()
  waiting.push(line.endsWith('\n') ? line : `${line}\n`)
}

process.on('exit', () => {
  if (waiting.length > 0) writeSync(1, take())
})
