import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run, showProgress, UserError } from '@fairpass/servers'

const buildLimitMs = 5 * 60_000
const build = `const { buildUnlessFresh } = await import('./build.ts'); await buildUnlessFresh()`

/** Builds the web app when its sources have changed. It would also build at its start, but without showing progress. */
export const buildWeb = async (dir: string): Promise<void> => {
  if (!existsSync(join(dir, 'build.ts'))) return
  const progress = showProgress('Building the web app where it has changed')
  const { ok, stdout, stderr } = await run([process.execPath, '-e', build], { cwd: dir, timeoutMs: buildLimitMs })
  progress.end()
  if (!ok) throw new UserError(`The web app could not be built in ${dir}:\n${(stderr || stdout).trim().slice(-3_000)}`)
}
