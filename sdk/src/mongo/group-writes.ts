import { createGrouping } from '../batcher.ts'
import { databaseErrorOf } from './mongo-errors.ts'

type Grouped<T, R> = {
  /** Writes all of them at once; what fails may be written in part, as far as writing it again is harmless. */
  together: (items: readonly T[]) => Promise<readonly R[]>
  alone: (item: T) => Promise<R>
}

/**
 * Writes together what comes within a few milliseconds. When that fails, each is written alone and fails by itself; unless it
 * is the database that is away, which it is for all of them.
 */
export const groupWrites = <T, R extends NonNullable<unknown>>({ together, alone }: Grouped<T, R>) =>
  createGrouping<T, R>({
    alone,
    together: async (items) => {
      try {
        return await together(items)
      } catch (error) {
        if (databaseErrorOf(error)) throw error
        return []
      }
    },
  })
