import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { App, Part, ProcessSpec, Runtimes } from '@fairpass/servers'
import { denoCommand } from './deno.ts'

type Running = {
  isWatched: boolean
  runtimes: Runtimes
  /** there where an app runs on it */
  deno: Part | undefined
  /** What Bun runs in place of an app's sources, by the app's id. */
  bundles: ReadonlyMap<string, string>
}

/** The template says `bun`; what runs is this very Bun, which need not be on PATH (npx). */
const program = (name = 'bun') => (name === 'bun' ? process.execPath : name)

/**
 * When watching, Bun restarts a service in its own process: it keeps its port, and its sidecar never notices. The pages are
 * served by Vite, which replaces what has changed in the open page.
 */
export const commandOf = (
  app: App,
  env: Readonly<Record<string, string>>,
  { isWatched, runtimes, deno, bundles }: Running,
): ProcessSpec['command'] => {
  const {
    id,
    dir,
    command: [name, ...args],
  } = app
  // Vite runs on Bun, whatever serves what it has built.
  if (isWatched && existsSync(join(dir, 'vite.config.ts'))) return [program(), '--bun', 'vite', 'dev']
  if (deno && name === 'bun' && runtimes(id) === 'deno') return denoCommand({ app, env, isWatched, deno: deno.path })
  const bundle = bundles.get(id)
  if (bundle) return [program(name), bundle]
  if (!isWatched || name !== 'bun') return [program(name), ...args]
  return [program(), '--watch', '--no-clear-screen', ...args]
}

/** A script of the web app may start `bun` by its name, so the name leads to this Bun, too. */
export const withBunOnPath = (env: Record<string, string>, dataDir: string) => {
  if (Bun.which('bun')) return env
  const folder = join(dataDir, 'bin')
  mkdirSync(folder, { recursive: true })
  rmSync(join(folder, 'bun'), { force: true })
  symlinkSync(process.execPath, join(folder, 'bun'))
  return { ...env, PATH: `${folder}:${env.PATH ?? ''}` }
}
