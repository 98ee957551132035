import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { reasonOf } from '../user-error.ts'
import { cached } from './cache.ts'
import { buildDapr, daprPrograms, recipeId } from './dapr-build.ts'
import { downloadVerified, SourceRefused } from './download.ts'
import { isAtLeast, makeExecutable, type Part, platform, versionOf } from './program.ts'
import { fileFromTarGz } from './unpack.ts'

const pinned = '1.18.2'
const least = '1.16.0'

type DaprPart = (typeof daprPrograms)[number]
type DaprFolder = { folder: string; version: string; source: string }

/**
 * daprd, placement and scheduler of one version: they come from one folder, or a sidecar of one release would talk to a
 * scheduler of another.
 */
export const findDapr = async (): Promise<Record<DaprPart, Part>> => {
  const { folder, version, source } = (await installed()) ?? (await fetched())
  const part = (name: DaprPart): Part => ({ path: join(folder, name), env: {}, version, source })
  return { daprd: part('daprd'), placement: part('placement'), scheduler: part('scheduler') }
}

const installed = async (): Promise<DaprFolder | undefined> => {
  const onPath = Bun.which('daprd')
  const home = join(homedir(), '.dapr', 'bin')
  const candidates = [
    ...(onPath ? [{ folder: dirname(onPath), source: 'PATH' }] : []),
    { folder: home, source: '~/.dapr/bin' },
  ]
  for (const { folder, source } of candidates) {
    if (!daprPrograms.every((name) => existsSync(join(folder, name)))) continue
    const version = await versionOf(join(folder, 'daprd'), '--version')
    if (version && isAtLeast(version, least) && resolvesBySqlite(folder)) return { folder, version, source }
    console.log(`${folder}/daprd is passed over: Dapr ${least} or newer with SQLite name resolution is needed`)
  }
  return undefined
}

// Builds with the tag `stablecomponents` leave SQLite out, and multicast DNS fails on many networks.
const resolvesBySqlite = (folder: string) =>
  readFileSync(join(folder, 'daprd')).includes('components-contrib/nameresolution/sqlite')

const fetched = async (): Promise<DaprFolder> => {
  const folder = await cached(`dapr-${pinned}-${platform()}-${recipeId()}`, async (partial) => {
    try {
      await downloadRelease(partial)
    } catch (error) {
      if (!(error instanceof SourceRefused)) throw error
      console.log(`Dapr's official download is refused (${reasonOf(error)}); building it with Go instead, once`)
      await buildDapr(partial, pinned)
    }
    makeExecutable(partial, ...daprPrograms)
  })
  return { folder, version: pinned, source: 'the cache' }
}

const downloadRelease = async (folder: string) => {
  const target = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`
  for (const name of daprPrograms) {
    const url = `https://github.com/dapr/dapr/releases/download/v${pinned}/${name}_${target}.tar.gz`
    const archive = await downloadVerified(url, `Dapr ${pinned} (${name})`)
    writeFileSync(join(folder, name), fileFromTarGz(archive, name))
  }
}
