import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { root, run } from '@fairpass/servers'

// What people type. `check`, `format` and `build:edge` are programs of others, who answer for themselves.

const { scripts }: { scripts: Record<string, string> } = await Bun.file(join(root, 'package.json')).json()
const commands = Object.entries(scripts).filter(([, script]) => /^bun \S+\.ts( --\S+)?$/.test(script))

const type = async (script: string, argument: string) => {
  const [, ...program] = script.split(' ')
  const { ok, stdout, stderr } = await run([process.execPath, ...program, argument], { cwd: root, timeoutMs: 30_000 })
  return { ok, stdout, stderr }
}

test('each command of ours is looked at', () => {
  expect(commands.map(([name]) => name)).toEqual(expect.arrayContaining(['up', 'dev', 'test', 'demo', 'restore']))
})

describe.each(commands)('bun run %s', (name, script) => {
  test('--help tells how it is called, and nothing is done', async () => {
    const { ok, stdout } = await type(script, '--help')
    expect({ ok, stdout }).toEqual({ ok: true, stdout: expect.stringContaining(`bun run ${name}`) })
  })

  test('a flag that it does not know is refused in a sentence that names it', async () => {
    const { ok, stdout, stderr } = await type(script, '--unheard-of')
    expect({ ok, stderr }).toEqual({ ok: false, stderr: expect.stringContaining('--unheard-of') })
    // No stack of calls, which only says where in our code somebody else's slip was found.
    expect(`${stdout}${stderr}`).not.toMatch(/^ +at /m)
  })
})
