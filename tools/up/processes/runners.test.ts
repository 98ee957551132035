import { expect, test } from 'bun:test'
import { eventually, isRunning, spawnScript } from '@fairpass/servers/testing'

test('when the package runner above it is killed, which passes nothing on, the command ends, too', async () => {
  const runner = spawnScript(`
    import { writeFileSync } from 'node:fs'
    const script = import.meta.dir + '/command.ts'
    writeFileSync(script, "import { watchRunners } from 'tools/up/processes/runners.ts'; watchRunners(() => process.exit(0)); console.log(process.pid); setInterval(() => {}, 1_000)")
    Bun.spawn([process.execPath, script], { env: { ...process.env, npm_lifecycle_event: 'up' }, stdout: 'inherit' })
    setInterval(() => {}, 1_000)`)
  expect(await eventually(() => runner.output().includes('\n'))).toBe(true)
  const command = Number(runner.output())
  expect(isRunning(command)).toBe(true)
  runner.child.kill('SIGKILL')
  expect(await eventually(() => !isRunning(command), 5_000)).toBe(true)
})
