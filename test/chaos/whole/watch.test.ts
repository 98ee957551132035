import { expect, test } from 'bun:test'
import type { Sample } from './sample.ts'
import { faultsOf, nameOf, victims } from './schedule.ts'
import { growthIn, isExcused, judgedMs, leftIn } from './watch.ts'

// What looks for damage is itself seen to find some.

const orders = { pid: 7, memoryMb: 100, handles: 60 }
const calm: Sample = {
  processes: { orders, web: { ...orders, pid: 8 } },
  redisKeys: 300,
  holds: 500,
  tickets: 500,
  longestStream: 4_000,
  redisMb: 12,
  outbox: 0,
  owing: [],
  deadLetters: 0,
}
const run = (change: (at: number) => Partial<Sample>, samples = 120) =>
  Array.from({ length: samples }, (_, at) => ({ ...calm, ...change(at) }))
const ordersWith = (taken: Partial<typeof orders>) => ({
  processes: { ...calm.processes, orders: { ...orders, ...taken } },
})

test('a run in which nothing grows is fine, whatever there was in the middle of it', () => {
  expect(growthIn(run(() => ({})))).toEqual([])
  expect(
    growthIn(run((at) => (at % 3 === 0 ? { ...ordersWith({ memoryMb: 900, handles: 700 }), outbox: 90 } : {}))),
  ).toEqual([])
})

test('more tickets have more holds, which is no growth', () => {
  expect(growthIn(run((at) => ({ holds: 500 + at * 100 })))).toEqual([])
})

test.each<[string, (at: number) => Partial<Sample>]>([
  ['memory of orders', (at) => ordersWith({ memoryMb: 100 + at * 2 })],
  ['file handles of orders', (at) => ordersWith({ handles: 60 + at * 20 })],
  ['keys in Redis', (at) => ({ redisKeys: 300 + at * 10 })],
  ['memory that Redis uses', (at) => ({ redisMb: 12 + at })],
  ['documents with events to publish', (at) => ({ outbox: at })],
  ['dead letters', (at) => ({ deadLetters: at > 60 ? 1 : 0 })],
])('growing %s are found, and nothing else', (name, change) => {
  const found = growthIn(run(change))
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(name)
})

test('what leaks is found although its process was killed on the way, and what warms up anew is no leak', () => {
  const killedAt = (at: number) => (at < 60 ? { pid: 7, since: 0 } : { pid: 9, since: 60 })
  const leaking = run((at) => ordersWith({ pid: killedAt(at).pid, handles: 60 + (at - killedAt(at).since) * 30 }))
  expect(growthIn(leaking)).toHaveLength(2)
  const warming = run((at) => ordersWith({ pid: killedAt(at).pid, memoryMb: at - killedAt(at).since < 6 ? 20 : 190 }))
  expect(growthIn(warming)).toEqual([])
})

test.each([
  ['orders-daprd', 200],
  ['orders', 340],
  ['redis', 900],
])('a burst fills the pools of %s; what goes on beyond them leaks', (name, pooled) => {
  const upTo = (handles: number) =>
    growthIn(
      run((at) => ({
        processes: { ...calm.processes, [name]: { ...orders, handles: Math.min(60 + at * 20, handles) } },
      })),
    )
  expect(upTo(pooled)).toEqual([])
  expect(upTo(2_000)).toEqual([expect.stringContaining(`file handles of ${name}`)])
})

test('what mongod keeps of what it read is bounded; what it takes beyond that is found', () => {
  const upTo = (memoryMb: number) =>
    growthIn(run((at) => ({ processes: { mongod: { ...orders, memoryMb: Math.min(150 + at * 8, memoryMb) } } })))
  expect(upTo(440)).toEqual([])
  expect(upTo(900)).toEqual([expect.stringContaining('memory of mongod')])
})

test('a refusal is a fault’s doing while it lasts and ten seconds after, and never before', () => {
  const spans = [{ from: 20_000, to: 22_000 }]
  const excused = [19_000, 20_000, 21_000, 22_500, 31_900, 32_100].map((at) => isExcused(spans, at))
  expect(excused).toEqual([false, true, true, true, true, false])
})

test('what is left over is found', () => {
  expect(leftIn(calm)).toEqual([])
  const left = leftIn({
    ...calm,
    outbox: 1,
    owing: ['orders.orders'],
    deadLetters: 2,
    longestStream: 300_000,
    tickets: 499,
  })
  expect(left).toHaveLength(4)
  expect(left[0]).toContain('1 documents of orders.orders')
})

test('the same seed strikes the same, and every process is struck in the end', () => {
  const first = (seed: number) => faultsOf(seed).take(500).toArray()
  expect(first(3)).toEqual(first(3))
  expect(first(3)).not.toEqual(first(4))
  const names = new Set(first(3).map(nameOf))
  for (const victim of victims) expect(names).toContain(`kill ${victim}`)
})

test.each<[string, { from: number; to: number }[], number]>([
  ['no fault', [], 100_000],
  ['one', [{ from: 20_000, to: 22_000 }], 88_000],
  [
    'one within another',
    [
      { from: 20_000, to: 50_000 },
      { from: 21_000, to: 23_000 },
    ],
    60_000,
  ],
  ['one that lasts', [{ from: 95_000, to: Number.POSITIVE_INFINITY }], 95_000],
  ['one from before', [{ from: -5_000, to: -1_000 }], 91_000],
])('of a run with %s the seconds in which refusals count are told', (_, spans, judged) => {
  const to = 100_000
  expect(judgedMs(spans, { from: 0, to })).toBe(judged)
  const refusals = Array.from({ length: to / 1_000 }, (_, second) => second * 1_000 + 500)
  expect(refusals.filter((at) => !isExcused(spans, at)).length * 1_000).toBe(judged)
})
