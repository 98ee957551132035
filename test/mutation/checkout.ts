import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, run } from './run.ts'

const root = new URL('../..', import.meta.url).pathname
const prefix = 'fairpass-guards-'
const gitLimitMs = 60_000
const installLimitMs = 10 * 60_000
const buildLimitMs = 5 * 60_000

const succeed = async (what: string, command: Command) => {
  const { code, output } = await run(command)
  if (code !== 0) throw new Error(`${what} (exit code ${code}):\n${output.trim().slice(-3_000)}`)
  return output.trim()
}

const git = (...args: string[]) =>
  succeed(`git ${args[0]} failed`, { command: ['git', ...args], cwd: root, limitMs: gitLimitMs })

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const removeClones = (isMeant: (pid: number) => boolean) => {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
    if (pid && isMeant(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

/** Removes the clones of this process. */
export const removeOwnClones = () => removeClones((pid) => pid === process.pid)

const buildWeb = `const { buildUnlessFresh } = await import('./build.ts'); await buildUnlessFresh()`

/** The web app takes longest to build. Where its sources are those of HEAD, the checkout's build is the clone's. */
const bringWebBuild = async (folder: string) => {
  if ((await git('status', '--porcelain', '--', 'web')) !== '') return
  const command = [process.execPath, '-e', buildWeb]
  await succeed('the web app could not be built', { command, cwd: join(root, 'web'), limitMs: buildLimitMs })
  const built = join(root, 'web', '.output')
  // The copies are younger than the clone's sources, which is what the build's own check asks.
  if (existsSync(built)) cpSync(built, join(folder, 'web', '.output'), { recursive: true })
}

const installAll = async (folder: string) => {
  for (const args of [
    ['install', '--frozen-lockfile'],
    ['tools/up/main.ts', '--parts'],
  ])
    await succeed(`bun ${args[0]} failed`, {
      command: [process.execPath, ...args],
      cwd: folder,
      limitMs: installLimitMs,
    })
}

/** What is tried: the last commit, in one line. */
export const describeHead = async () => {
  const head = await git('log', '-1', '--format=%h %s')
  const isChanged = (await git('status', '--porcelain')) !== ''
  return `${head}${isChanged ? ' (what is not committed is not looked at)' : ''}`
}

/** Throw-away clones of HEAD with everything installed that their tests need; the first alone can run the web app. */
export const cloneHead = async ({ count, withWeb }: { count: number; withWeb: boolean }): Promise<string[]> => {
  removeClones((pid) => !isAlive(pid))
  const folders = Array.from({ length: count }, () => mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`)))
  for (const [index, folder] of folders.entries()) {
    await git('clone', '--quiet', root, folder)
    await installAll(folder)
    if (withWeb && index === 0) await bringWebBuild(folder)
  }
  return folders
}
