import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@fairpass/servers/testing'

export const root = new URL('../..', import.meta.url).pathname
const limitMs = 120_000
const buildLimitMs = 5 * 60_000
/** Servers of another version of Dapr than today's may have to be built, once on a machine. */
const partsLimitMs = 12 * 60_000

const run = async (command: string[], cwd: string, timeout = limitMs): Promise<string | undefined> => {
  const child = Bun.spawn(command, {
    cwd,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout,
    killSignal: 'SIGKILL',
  })
  const [out, , code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return code === 0 ? out.trim() : undefined
}

const commitOf = (name: string) => run(['git', 'rev-parse', '--verify', '--quiet', `${name}^{commit}`], root)

/**
 * The version that landed before this one: what is asked for, else the newest tag, else the commit that the file
 * `previous-version` names. Undefined in a checkout that has none of them, as a shallow one.
 */
export const findPrevious = async (asked?: string): Promise<{ name: string; commit: string } | undefined> => {
  const tag = await run(['git', 'describe', '--tags', '--abbrev=0', 'HEAD^'], root)
  const pinned = readFileSync(new URL('previous-version', import.meta.url), 'utf8').trim()
  for (const name of asked ? [asked] : [tag, pinned]) {
    const commit = name && (await commitOf(name))
    if (name && commit) return { name, commit }
  }
  return undefined
}

/** Where a part of the marketplace is taken from: the version before, or this one. */
export type Version = 'previous' | 'today'

/** `up` would bundle what it finds under this very name, at its start: whatever was replaced later, that bundle would run on. */
const runFromSources = (tree: string) => {
  const template = join(tree, 'dapr', 'dapr.yaml')
  writeFileSync(template, readFileSync(template, 'utf8').replaceAll('[bun, src/main.ts]', '[bun, ./src/main.ts]'))
}

/**
 * The tree of a version before, with its own packages. Each of its parts can be replaced by today's and back: what starts next
 * runs that.
 */
export const openPrevious = async (commit: string) => {
  const tree = join(testFolder(), 'previous')
  mkdirSync(tree)
  const archive = join(tree, '..', 'previous.tar')
  const unpacked =
    (await run(['git', 'archive', '--output', archive, commit], root)) !== undefined &&
    (await run(['tar', '-xf', archive], tree)) !== undefined
  rmSync(archive, { force: true })
  if (!unpacked) throw new Error(`${commit} cannot be unpacked`)
  runFromSources(tree)
  if ((await run([process.execPath, 'tools/up/main.ts', '--parts'], tree, partsLimitMs)) === undefined)
    throw new Error(`the packages and servers of ${commit} cannot be installed`)
  const previousOf = (part: string) => join(tree, `${part}.previous`)
  /** A part's own folder, or a link to today's; what it imports it finds from where it really is. */
  const take = (part: string, version: Version) => {
    const place = join(tree, part)
    if (version === 'today') {
      renameSync(place, previousOf(part))
      symlinkSync(join(root, part), place)
    } else {
      rmSync(place)
      renameSync(previousOf(part), place)
    }
  }
  return { tree, take }
}

const build = `const { buildUnlessFresh } = await import('./build.ts'); await buildUnlessFresh()`

/** Builds the web app of a tree before anybody waits for it to start. */
export const buildWeb = async (tree: string): Promise<void> => {
  if ((await run([process.execPath, '-e', build], join(tree, 'web'), buildLimitMs)) === undefined)
    throw new Error(`the web app in ${tree} cannot be built`)
}
