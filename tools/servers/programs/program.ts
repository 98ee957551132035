import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'

export type PartName = 'daprd' | 'placement' | 'scheduler' | 'mongod' | 'redis-server'

/** A server program that was found or made. */
export type Part = {
  readonly path: string
  /** What must be added to the environment for it to start. */
  readonly env: Readonly<Record<string, string>>
  readonly version: string
  /** Where it came from, for the person: `PATH`, `~/.dapr/bin`, `the cache`. */
  readonly source: string
}

/** The version that a program prints, or undefined when it cannot be run. */
export const versionOf = async (path: string, flag: string, env: Record<string, string> = {}) => {
  const { ok, stdout, stderr } = await run([path, flag], { env: { ...process.env, ...env }, timeoutMs: 15_000 })
  return ok ? `${stdout}\n${stderr}`.match(/\d+\.\d+\.\d+/)?.[0] : undefined
}

export const isAtLeast = (version: string, least: string) => Bun.semver.order(version, least) >= 0

/** `linux-x64`, `darwin-arm64`. */
export const platform = () => `${process.platform}-${process.arch}`

export const makeExecutable = (folder: string, ...names: string[]) => {
  for (const name of names) chmodSync(join(folder, name), 0o755)
}
