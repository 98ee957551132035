import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { showProgress } from '../progress.ts'
import { UserError } from '../user-error.ts'
import { cached } from './cache.ts'
import { findGo, goEnvironment } from './dapr-build.ts'
import { platform } from './program.ts'
import { run } from './run.ts'

type GoProgram = {
  name: string
  /** The folder with the go.mod and go.sum that pin it and all it needs. */
  module: string
  /** What is built, by its import path. */
  package: string
  ldflags?: string
}

const buildLimitMs = 60 * 60_000

/**
 * A program built once from the Go module proxy into the cache; go.sum verifies every module.
 * @throws UserError where there is neither Go nor a module proxy
 */
export const findGoProgram = async ({ name, module, package: source, ldflags = '' }: GoProgram): Promise<string> => {
  const hash = createHash('sha256').update(source).update(ldflags)
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(module, file)))
  const folder = await cached(`${name}-${platform()}-${hash.digest('hex').slice(0, 8)}`, async (partial) => {
    const go = await findGo(name, `put ${name} on PATH`)
    const work = join(partial, 'work')
    for (const part of ['module', 'tmp']) mkdirSync(join(work, part), { recursive: true })
    for (const file of ['go.mod', 'go.sum']) copyFileSync(join(module, file), join(work, 'module', file))
    const env = goEnvironment(work)
    const progress = showProgress(`Building ${name}, once`)
    try {
      const command = [go, 'build', '-ldflags', `-s -w ${ldflags}`, '-o', join(partial, name), source]
      const { ok, stderr } = await run(command, { cwd: join(work, 'module'), env, timeoutMs: buildLimitMs })
      if (!ok) throw new UserError(`Go could not build ${name} (${stderr.trim().split('\n').pop()}).`)
    } finally {
      progress.end()
      rmSync(work, { recursive: true, force: true, maxRetries: 3 })
    }
  })
  return join(folder, name)
}
