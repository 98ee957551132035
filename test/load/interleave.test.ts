import { expect, test } from 'bun:test'
import { inParallel, interleave, quantile, spreadOf } from './interleave.ts'

test('quantiles are values that were measured', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect([0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([50, 99, 100])
  expect(quantile([7], 0.99)).toBe(7)
  expect(spreadOf([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3 })
})

test('the two sides take turns, and their first round does not count', async () => {
  let turn = 0
  const next = async () => turn++
  expect(await interleave({ rounds: 3, a: next, b: next })).toEqual({ a: [2, 4, 6], b: [3, 5, 7] })
})

test('each item is done once, never more than the width at a time', async () => {
  let underWay = 0
  let widest = 0
  const done: number[] = []
  await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    widest = Math.max(widest, ++underWay)
    await Bun.sleep(1)
    underWay--
    done.push(item)
  })
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(widest).toBe(3)
})
