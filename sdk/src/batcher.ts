import { pause } from './run-periodically.ts'

type Options = {
  /** how long the first waits for others, in milliseconds */
  lingerMs?: number
  maxSize?: number
}

/**
 * Brings together what is asked for within a few milliseconds: `work` gets all of it at once, one batch after the other.
 * @returns a function that adds an item, and ends when its batch is done or fails as its batch does
 */
export const createBatcher = <T>(
  work: (items: readonly T[]) => Promise<unknown>,
  { lingerMs = 20, maxSize = 100 }: Options = {},
) => {
  let waiting: { item: T; done: PromiseWithResolvers<void> }[] = []
  let isRunning = false

  const run = async () => {
    isRunning = true
    await pause(lingerMs)
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxSize)
      waiting = waiting.slice(maxSize)
      try {
        await work(batch.map(({ item }) => item))
        for (const { done } of batch) done.resolve()
      } catch (error) {
        for (const { done } of batch) done.reject(error)
      }
    }
    isRunning = false
  }

  return (item: T): Promise<void> => {
    const done = Promise.withResolvers<void>()
    waiting.push({ item, done })
    if (!isRunning) void run()
    return done.promise
  }
}
