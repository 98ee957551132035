import { SourceRefused } from '../programs/download.ts'
import { isAtLeast, type Part, versionOf } from '../programs/program.ts'
import { UserError } from '../user-error.ts'
import { npmProgram } from './npm-program.ts'

const pinned = '2.9.6'
/**
 * The first version that has Argon2id in its WebCrypto, and an option to keep a request's signal from firing with its answer.
 */
const least = '2.9.0'

/** The flags of every program of ours, apart from its permissions. */
export const denoFlags = [
  '--no-prompt',
  // The packages are where `bun install` has put them.
  '--node-modules-dir=manual',
  // A `.wasm` is imported as bytes.
  '--unstable-raw-imports',
  // The signal of a request fires when the visitor leaves, and not when the answer ends.
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
  const path = await fromNpm()
  const version = await versionOf(path, '--version')
  if (!version) throw new UserError(`${path} does not run on this system; ${howToInstall}.`)
  return { path, env: {}, version, source: 'the cache' }
}

const howToInstall = `install Deno ${least} or newer so that deno is on PATH`

const fromNpm = async () => {
  try {
    return await npmProgram({ title: 'Deno', name: 'deno', version: pinned, pattern: '@deno/*/deno' })
  } catch (error) {
    if (!(error instanceof SourceRefused)) throw error
    throw new UserError(`${error.message}; ${howToInstall}.`)
  }
}
