import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cached, findGo, goEnvironment, platform, run, showProgress, UserError } from '@fairpass/servers'

const here = import.meta.dirname
const stripeMock = 'github.com/stripe/stripe-mock'
const limitMs = 20 * 60_000

const recipe = () => {
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(here, file)))
  return hash.digest('hex').slice(0, 8)
}

const build = async (folder: string): Promise<void> => {
  const go = await findGo('stripe-mock', 'put its folder into the cache')
  const work = join(folder, 'work')
  cpSync(here, join(work, 'module'), { recursive: true })
  mkdirSync(join(work, 'tmp'), { recursive: true })
  const env = goEnvironment(work)
  const progress = showProgress('Building stripe-mock, once')
  const ask = async (...command: string[]) => {
    const { ok, stdout, stderr } = await run([go, ...command], { cwd: join(work, 'module'), env, timeoutMs: limitMs })
    if (!ok) throw new UserError(`Go could not build stripe-mock (${stderr.trim().split('\n').pop()}).`)
    return stdout.trim()
  }
  try {
    await ask('build', '-ldflags', '-s -w', '-o', join(folder, 'stripe-mock'), stripeMock)
    const source = await ask('list', '-m', '-f', '{{.Dir}}', stripeMock)
    copyFileSync(join(source, 'embedded', 'openapi', 'spec3.json'), join(folder, 'spec3.json'))
  } finally {
    progress.end()
    rmSync(work, { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * Stripe's own mock and the description of its API that it carries, built once from the Go module proxy.
 * @throws UserError where there is neither Go nor a network
 */
export const findStripeMock = async () => {
  const folder = await cached(`stripe-mock-${platform()}-${recipe()}`, build)
  return { program: join(folder, 'stripe-mock'), description: join(folder, 'spec3.json') }
}
