import { expect, test } from 'bun:test'
import { createBatcher, createGrouping } from './batcher.ts'

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

// Guarantee: in a rush everybody is answered sooner, since fewer batches are needed.
test('what comes while a batch is under way waits for what comes right after it', async () => {
  const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { call, calls } = countingCalls(async (items) => {
    if (items.includes(1)) {
      begun.resolve()
      await goOn.promise
    }
    return items.map((item) => `together ${item}`)
  })
  const first = Promise.all([1, 2].map(call))
  await begun.promise
  const during = call(3)
  goOn.resolve()
  await first
  await new Promise((resolve) => setImmediate(resolve))
  expect(await Promise.all([during, call(4)])).toEqual(['together 3', 'together 4'])
  expect(calls).toEqual([
    [1, 2],
    [3, 4],
  ])
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
