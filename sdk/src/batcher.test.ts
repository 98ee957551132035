import { expect, test } from 'bun:test'
import { createBatcher, createGrouping } from './batcher.ts'
import { pause } from './run-periodically.ts'

const countingCalls = (together: (items: readonly number[]) => Promise<readonly (string | undefined)[]>) => {
  const calls: (number | readonly number[])[] = []
  const call = createGrouping<number, string>({
    maxSize: 3,
    together: (items) => {
      calls.push(items)
      return together(items)
    },
    alone: async (item) => {
      calls.push(item)
      if (item < 0) throw new Error(`${item} is refused`)
      return `alone ${item}`
    },
  })
  return { call, calls }
}

test('what comes together is done together, in batches of at most so many; what comes by itself is done alone', async () => {
  const { call, calls } = countingCalls(async (items) => items.map((item) => `together ${item}`))
  expect(await Promise.all([1, 2, 3, 4].map(call))).toEqual(['together 1', 'together 2', 'together 3', 'alone 4'])
  expect(await call(5)).toBe('alone 5')
  expect(calls).toEqual([[1, 2, 3], 4, 5])
})

test('what had no result with others is done alone, and ends by itself', async () => {
  const { call } = countingCalls(async (items) =>
    items.map((item) => (item > 0 && item < 3 ? `together ${item}` : undefined)),
  )
  const ends = await Promise.allSettled([1, -2, 3].map(call))
  expect(ends).toMatchObject([
    { status: 'fulfilled', value: 'together 1' },
    { status: 'rejected', reason: new Error('-2 is refused') },
    { status: 'fulfilled', value: 'alone 3' },
  ])
})

test('a group that fails as a whole fails for each of it, and not for the next', async () => {
  let isAway = true
  const { call, calls } = countingCalls(async (items) => {
    if (isAway) throw new Error('away')
    return items.map((item) => `together ${item}`)
  })
  const ends = await Promise.allSettled([1, 2].map(call))
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(calls).toEqual([[1, 2]])
  isAway = false
  expect(await Promise.all([3, 4].map(call))).toEqual(['together 3', 'together 4'])
})

// Guarantee: whoever comes alone does not wait for a crowd, and a crowd shares what a batch costs.
test('while many come each batch waits longer for others; where few come nobody does', async () => {
  const sizes: number[] = []
  const collect = async (items: readonly number[]) => void sizes.push(items.length)
  const quiet = createBatcher(collect, { lingerMs: 1, crowdedLingerMs: 3_600_000 })
  for (const n of [1, 2, 3]) await quiet(n)
  expect(sizes.splice(0)).toEqual([1, 1, 1])
  const crowded = createBatcher(collect, { lingerMs: 1, crowdedLingerMs: 1_000 })
  await Promise.all([1, 2, 3, 4].map(crowded))
  const fifth = crowded(5)
  await pause(20)
  await Promise.all([fifth, crowded(6)])
  expect(sizes).toEqual([4, 2])
})

test('a batch that fails fails for each of it, and not for the next', async () => {
  let isAway = true
  const add = createBatcher(
    async () => {
      if (isAway) throw new Error('away')
    },
    { lingerMs: 1 },
  )
  expect((await Promise.allSettled([add(1), add(2)])).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  isAway = false
  await add(3)
})
