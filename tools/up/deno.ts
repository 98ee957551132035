import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { App, ProcessSpec } from '@fairpass/servers'

type Options = {
  app: App
  env: Readonly<Record<string, string>>
  isWatched: boolean
  /** where the program is */
  deno: string
}

export const denoCommand = ({
  app: {
    dir,
    command: [, ...args],
  },
  deno,
}: Options): ProcessSpec['command'] => {
  const built = join(dir, '.output/server/index.mjs')
  const main = existsSync(join(dir, 'vite.config.ts')) ? [built] : args
  return [
    deno,
    'run',
    '-A',
    '--node-modules-dir=manual',
    '--unstable-raw-imports',
    '--unstable-no-legacy-abort',
    ...main,
  ]
}
