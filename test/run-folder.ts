import { appendFileSync, existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Where all processes of one `bun run test` leave what is looked at together at its end; nowhere for a part of the tests. */
export const runFolder = process.env.TEST_RUN_FOLDER

/** Keeps the logs of a marketplace when its data goes with the process that started it. */
export const collectLogs = (dataDir: string) => {
  // A marketplace that is started again on its data has them already.
  if (!runFolder || existsSync(join(dataDir, 'logs'))) return
  const logs = mkdtempSync(join(runFolder, 'logs-'))
  mkdirSync(dataDir, { recursive: true })
  symlinkSync(logs, join(dataDir, 'logs'))
}

/** Remembers a secret, which no log of the run may tell. */
export const keepSecret = (what: string, value: string) => {
  if (runFolder) appendFileSync(join(runFolder, 'secrets.jsonl'), `${JSON.stringify([what, value])}\n`)
}
