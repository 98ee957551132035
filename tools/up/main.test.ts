import { expect, test } from 'bun:test'
import { join } from 'node:path'

const main = (...args: string[]) => Bun.spawnSync([process.execPath, join(import.meta.dir, 'main.ts'), ...args])

test('what it does not know is told in one sentence, and nothing is started', () => {
  const { stderr, exitCode } = main('--demoo')
  expect(stderr.toString()).toBe('"--demoo" is not known here; "bun run up --help" tells what is.\n')
  expect(exitCode).toBe(1)
})

test('--help tells of every option', () => {
  const { stdout, exitCode } = main('--help')
  for (const option of ['--demo', '--observe', '--parts', 'PORT', 'DATA_DIR', 'FAIRPASS_CACHE'])
    expect(stdout.toString()).toContain(option)
  expect(exitCode).toBe(0)
})

// On a fresh clone nothing is installed when this file is read.
test('main.ts imports nothing that has to be installed before it installs', async () => {
  const build = await Bun.build({
    entrypoints: [join(import.meta.dir, 'install.ts')],
    target: 'bun',
    packages: 'bundle',
  })
  const bundled = await build.outputs[0]?.text()
  expect(bundled).not.toMatch(/^\/\/ .*node_modules/m)
  expect((await Bun.file(join(import.meta.dir, 'main.ts')).text()).match(/^import .*/gm)).toEqual([
    "import { UserError } from '../servers/user-error.ts'",
  ])
})
