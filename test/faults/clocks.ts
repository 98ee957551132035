import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const preload = new URL('clock-preload.ts', import.meta.url).pathname

/** Clocks of services that can be set wrong while they run; `env` is for the marketplace that they belong to. */
export const createClocks = (folder: string) => {
  const file = join(folder, 'clocks.json')
  const set = (offMs: Record<string, number>) => {
    writeFileSync(`${file}.partial`, JSON.stringify(offMs))
    renameSync(`${file}.partial`, file)
  }
  set({})
  return { set, env: { CLOCKS_FILE: file, BUN_OPTIONS: `--preload=${preload}` } }
}
