import { expect, test } from 'bun:test'
import { watchSpace } from './disk.ts'

test('a disk that runs full is told of before it is, once, and again when it was better meanwhile', async () => {
  const said: string[] = []
  const left = [2e9, 0.9e9, 0.8e9, 1.1e9, 0.9e9, 2e9, 0.7e9, 0.7e9]
  let times = 0
  const stop = watchSpace('/data', {
    leastBytes: 1e9,
    everyMs: 1,
    say: (line) => said.push(line),
    free: () => left[Math.min(times++, left.length - 1)] ?? 0,
  })
  while (times < left.length + 2) await Bun.sleep(1)
  stop()
  expect(said).toHaveLength(2)
  expect(said[0]).toContain('/data has 900 MB free')
  expect(said[1]).toContain('700 MB')
})
