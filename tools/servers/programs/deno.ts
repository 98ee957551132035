import { showProgress } from '../progress.ts'
import { UserError } from '../user-error.ts'
import { cached } from './cache.ts'
import { isAtLeast, type Part, platform, versionOf } from './program.ts'
import { run } from './run.ts'

const pinned = '2.9.6'
/** The first one that has Argon2id in its WebCrypto, and ends no request's signal with its answer when told so. */
const least = '2.9.0'
const fetchLimitMs = 5 * 60_000

/** Whatever it may reach, each program of ours runs with these. */
export const denoFlags = [
  '--no-prompt',
  // The packages are where `bun install` has put them.
  '--node-modules-dir=manual',
  // A `.wasm` is imported as bytes.
  '--unstable-raw-imports',
  // The signal of a request is for the visitor who leaves, and not for the answer that ends.
  '--unstable-no-legacy-abort',
]

let deno: Promise<Part> | undefined

/** Deno: from PATH, from the cache, or out of its npm package; once a process. */
export const findDeno = (): Promise<Part> => {
  deno ??= find()
  return deno
}

const find = async (): Promise<Part> => {
  const onPath = Bun.which('deno')
  if (onPath) {
    const version = await versionOf(onPath, '--version')
    if (version && isAtLeast(version, least)) return { path: onPath, env: {}, version, source: 'PATH' }
    console.log(`${onPath} is passed over: Deno ${least} or newer is needed`)
  }
  const folder = await cached(`deno-${pinned}-${platform()}`, fromNpm)
  const [path] = await Array.fromAsync(programs.scan({ cwd: folder, absolute: true }))
  const version = path && (await versionOf(path, '--version'))
  if (!path || !version) throw new UserError(`Deno in ${folder} does not run on this system; ${howToInstall}.`)
  return { path, env: {}, version, source: 'the cache' }
}

const howToInstall = `install Deno ${least} or newer so that deno is on PATH`

/** The package brings the program of this machine as a dependency of its own, which no script has to fetch. */
const programs = new Bun.Glob('node_modules/@deno/*/deno')

const fromNpm = async (folder: string) => {
  const progress = showProgress(`Fetching Deno ${pinned} from the npm registry`)
  try {
    await Bun.write(`${folder}/package.json`, '{}')
    const install = [process.execPath, 'add', '--exact', '--ignore-scripts', `deno@${pinned}`]
    const { ok, stderr } = await run(install, { cwd: folder, timeoutMs: fetchLimitMs })
    const found = ok && (await Array.fromAsync(programs.scan({ cwd: folder }))).length > 0
    if (!found) throw new UserError(`Deno could not be fetched (${stderr.trim().slice(-300)}); ${howToInstall}.`)
  } finally {
    progress.end()
  }
}
