import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'fairpass-test-'

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const remove = (folder: string) => {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // A disk of a killed test is mounted there, which keeps nobody from a folder of their own.
  }
}

/** A folder for a server's data. Those of test processes that have ended are removed: `bun test` runs no hook at its end. */
export const testFolder = () => {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) remove(join(tmpdir(), name))
  }
  return mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
}
