import { pause } from './run-periodically.ts'

type Options = {
  /** how long the first waits for others, in milliseconds */
  lingerMs?: number
  maxSize?: number
}

/**
 * How long those wait for others that came while a batch was under way, in milliseconds: there is a rush, in which fewer and
 * larger batches answer everybody sooner.
 */
const busyLingerMs = 25

type Waiting<T, R> = { item: T; done: PromiseWithResolvers<R> }

const createQueue = <T, R>(
  run: (batch: readonly Waiting<T, R>[]) => Promise<void>,
  { lingerMs = 20, maxSize = 100 }: Options,
) => {
  let waiting: Waiting<T, R>[] = []
  let isRunning = false

  const runAll = async () => {
    isRunning = true
    await pause(lingerMs)
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxSize)
      waiting = waiting.slice(maxSize)
      await run(batch)
      if (waiting.length > 0 && waiting.length < maxSize) await pause(busyLingerMs)
    }
    isRunning = false
  }

  return (item: T): Promise<R> => {
    const done = Promise.withResolvers<R>()
    waiting.push({ item, done })
    if (!isRunning) void runAll()
    return done.promise
  }
}

/**
 * Brings together what is asked for within a few milliseconds: `work` gets all of it at once, one batch after the other.
 * @returns a function that adds an item, and ends when its batch is done or fails as its batch does
 */
export const createBatcher = <T>(work: (items: readonly T[]) => Promise<unknown>, options: Options = {}) =>
  createQueue<T, void>(async (batch) => {
    try {
      await work(batch.map(({ item }) => item))
      for (const { done } of batch) done.resolve()
    } catch (error) {
      for (const { done } of batch) done.reject(error)
    }
  }, options)

/** How long what may be grouped waits for others, in milliseconds: whoever comes alone hardly notices. */
const groupingMs = 5

type Grouping<T, R> = Pick<Options, 'maxSize'> & {
  /** Does all of it at once; what has no result is done alone. When it throws, all of them have failed. */
  together: (items: readonly T[]) => Promise<readonly (R | undefined)[]>
  alone: (item: T) => Promise<R>
}

/**
 * Does together what comes within a few milliseconds, as one commit of a database writes what many wait for. What came by
 * itself, or did not work together with others, is done alone and ends as it would have without them; so doing it again
 * must be harmless.
 */
export const createGrouping = <T, R extends NonNullable<unknown>>({ together, alone, ...options }: Grouping<T, R>) =>
  createQueue<T, R>(
    async (batch) => {
      const items = batch.map(({ item }) => item)
      const [ended] = await Promise.allSettled([items.length > 1 ? together(items) : []])
      await Promise.allSettled(
        batch.map(async ({ item, done }, nth) => {
          if (ended.status === 'rejected') return done.reject(ended.reason)
          const result = ended.value[nth]
          if (result !== undefined) return done.resolve(result)
          await alone(item).then(done.resolve, done.reject)
        }),
      )
    },
    { lingerMs: groupingMs, ...options },
  )
