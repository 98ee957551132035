import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { startProcess } from './process.ts'
import { eventually, isRunning, spawnScript } from './testing/scripts.ts'

const env = { PATH: process.env.PATH ?? '' }

test('nothing survives a kill -9 of the process that started it, grandchildren included', async () => {
  const { child, output } = spawnScript(`
    import { spawnProcess } from 'tools/servers/process.ts'
    const spec = {
      name: 'family',
      command: ['sh', '-c', 'sleep 64 & echo $! $$; wait'],
      env: { PATH: process.env.PATH },
      isReady: async () => true,
    }
    spawnProcess(spec, (chunk) => process.stdout.write(chunk))
    setInterval(() => {}, 1_000)`)
  expect(await eventually(() => output().includes('\n'))).toBe(true)
  const pids = output().trim().split(' ').map(Number)
  expect(pids.every(isRunning)).toBe(true)
  child.kill('SIGKILL')
  expect(await eventually(() => !pids.some(isRunning), 3_000)).toBe(true)
})

test('a process that ends before it is ready is told with what it said last', async () => {
  const spec = {
    name: 'shop',
    command: ['sh', '-c', 'echo no stock; exit 4'],
    env,
    isReady: async () => false,
  } as const
  await expect(startProcess(spec)).rejects.toThrow(/shop ended before it was ready \(exit code 4\)\nno stock/)
})

test('a process that is not ready in time is ended and told with the reason', async () => {
  const spec = {
    name: 'shop',
    command: ['sh', '-c', 'exec sleep 65'],
    env,
    isReady: async () => {
      throw new Error('the door is closed')
    },
  } as const
  await expect(startProcess(spec, { timeoutMs: 300 })).rejects.toThrow(
    'shop was not ready after 0.3 s: the door is closed',
  )
})

test.if(process.platform === 'linux')('timers of a process may be made to come together, and of no other', async () => {
  const sleeping = { command: ['sleep', '64'], env, isReady: async () => true } as const
  const started = [
    await startProcess({ ...sleeping, name: 'lazy', timerSlackMs: 50 }),
    await startProcess({ ...sleeping, name: 'punctual' }),
  ]
  const slacks = started.map(({ pid }) => Number(readFileSync(`/proc/${pid}/timerslack_ns`, 'utf8')))
  await Promise.all(started.map(({ stop }) => stop()))
  expect(slacks[0]).toBe(50_000_000)
  expect(slacks[1]).toBeLessThan(1_000_000)
})
