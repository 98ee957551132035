import { expect, test } from 'bun:test'
import type { ProcessSpec } from '@fairpass/servers'
import { eventually, isRunning } from '@fairpass/servers/testing'
import { supervise } from './supervisor.ts'

const spec = (script: string): ProcessSpec => ({
  name: 'shop',
  command: ['sh', '-c', script],
  env: { PATH: process.env.PATH ?? '' },
  isReady: async () => true,
})

const watch = (script: string, times = { firstMs: 20, longestMs: 80, forgivenAfterMs: 60_000 }) => {
  const seen = { pids: [] as number[], pauses: [] as number[], endings: [] as string[], output: '' }
  const supervised = supervise(
    spec(script),
    {
      onOutput: (chunk) => {
        seen.output += new TextDecoder().decode(chunk)
      },
      onEnd: (ending, pauseMs) => {
        seen.endings.push(ending)
        seen.pauses.push(pauseMs)
      },
      onStart: (pid) => seen.pids.push(pid),
    },
    times,
  )
  return { supervised, seen }
}

test('a process that dies is started again, each time after a longer pause up to a limit', async () => {
  const { supervised, seen } = watch('exit 3')
  expect(await eventually(() => seen.pauses.length >= 5)).toBe(true)
  await supervised.stop(1_000)
  expect(seen.pauses.slice(0, 5)).toEqual([20, 40, 80, 80, 80])
  expect(seen.endings[0]).toBe('exit code 3')
  expect(new Set(seen.pids).size).toBe(seen.pids.length)
})

test('a process that lived for a while is started again after the first pause', async () => {
  const { supervised, seen } = watch('sleep 0.05', { firstMs: 20, longestMs: 80, forgivenAfterMs: 30 })
  expect(await eventually(() => seen.pauses.length >= 3)).toBe(true)
  await supervised.stop(1_000)
  expect(seen.pauses.slice(0, 3)).toEqual([20, 20, 20])
})

test('a killed process is replaced by one with another pid', async () => {
  const { supervised, seen } = watch('exec sleep 60')
  const first = supervised.pid
  process.kill(first, 'SIGKILL')
  expect(await eventually(() => supervised.pid !== first)).toBe(true)
  expect(seen.endings).toEqual(['killed by SIGKILL'])
  await supervised.stop(1_000)
})

test('a stopped process stays stopped, with all that it had started, though it ignores SIGTERM', async () => {
  const { supervised, seen } = watch("trap '' TERM; sleep 61 & echo $!; wait; wait; sleep 62")
  expect(await eventually(() => seen.output.includes('\n'))).toBe(true)
  const [own, child] = [supervised.pid, Number(seen.output)]
  await supervised.stop(200)
  expect(await eventually(() => !isRunning(own) && !isRunning(child))).toBe(true)
  await Bun.sleep(100)
  expect(seen.pids).toEqual([own])
})

test('what a dead process had started does not keep its port from the next one', async () => {
  const { supervised, seen } = watch('sleep 63 & echo $!; wait')
  expect(await eventually(() => seen.output.includes('\n'))).toBe(true)
  const child = Number(seen.output)
  process.kill(supervised.pid, 'SIGKILL')
  expect(await eventually(() => !isRunning(child))).toBe(true)
  await supervised.stop(1_000)
})
