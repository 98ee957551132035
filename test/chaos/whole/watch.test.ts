import { expect, test } from 'bun:test'
import { faultsOf, nameOf, victims } from './schedule.ts'
import { growthIn, isExcused, leftIn, type Sample } from './watch.ts'

// What looks for damage is itself seen to find some.

const calm: Sample = { memoryMb: 1_000, handles: 600, redisKeys: 500, outbox: 0, deadLetters: 0 }
const run = (change: (at: number) => Partial<Sample>) =>
  Array.from({ length: 80 }, (_, at) => ({ ...calm, ...change(at) }))

test('a run in which nothing grows is fine, whatever there was in the middle of it', () => {
  expect(
    growthIn(
      run(() => ({})),
      100,
    ),
  ).toEqual([])
  expect(
    growthIn(
      run((at) => (at % 7 === 0 ? { memoryMb: 0, handles: 0, outbox: 90 } : {})),
      100,
    ),
  ).toEqual([])
})

test.each<[string, (at: number) => Partial<Sample>]>([
  ['memoryMb', (at) => ({ memoryMb: 1_000 + at * 25 })],
  ['handles', (at) => ({ handles: 600 + at * 20 })],
  ['keys in Redis', (at) => ({ redisKeys: 500 + at * 100 })],
])('growing %s are found', (name, change) => {
  const found = growthIn(run(change), 100)
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(name)
})

test('a refusal is a fault’s doing while it lasts and ten seconds after, and never before', () => {
  const spans = [{ from: 20_000, to: 22_000 }]
  const excused = [19_000, 20_000, 21_000, 22_500, 31_900, 32_100].map((at) => isExcused(spans, at))
  expect(excused).toEqual([false, true, true, true, true, false])
})

test('what is left over is found', () => {
  expect(leftIn(calm)).toEqual([])
  expect(leftIn({ ...calm, outbox: 1, deadLetters: 2 })).toHaveLength(2)
})

test('the same seed strikes the same, and every process is struck in the end', () => {
  const first = (seed: number) => faultsOf(seed).take(500).toArray()
  expect(first(3)).toEqual(first(3))
  expect(first(3)).not.toEqual(first(4))
  const names = new Set(first(3).map(nameOf))
  for (const victim of victims) expect(names).toContain(`kill ${victim}`)
})
