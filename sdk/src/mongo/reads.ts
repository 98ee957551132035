import type { Filter, Collection as MongoCollection, Sort } from 'mongodb'
import { byId, type Entity, type InSession, type Stored, toEntity } from './entity.ts'
import { type Order, readPage, readWithinMs } from './page.ts'

export const createReads = <T extends Entity>(raw: MongoCollection<Stored<T>>) => {
  const find = async (id: string, options: InSession = {}): Promise<T | undefined> => {
    const stored = await raw.findOne(byId(id), { maxTimeMS: readWithinMs, ...options })
    return stored ? toEntity(stored as Stored<T>) : undefined
  }

  /**
   * The same for whoever acts on a miss: a member that has just become the primary, or is it no longer, may for a moment not
   * show what was acknowledged. Only what is missed is asked for again, linearizably: that waits until a majority agrees.
   */
  const findConfirmed = async (id: string): Promise<T | undefined> => {
    const found = await find(id)
    if (found) return found
    const stored = await raw.findOne(byId(id), { maxTimeMS: readWithinMs, readConcern: { level: 'linearizable' } })
    return stored ? toEntity(stored as Stored<T>) : undefined
  }

  const findOne = async (filter: Filter<Stored<T>>, options: InSession = {}): Promise<T | undefined> => {
    const stored = await raw.findOne(filter, { maxTimeMS: readWithinMs, ...options })
    return stored ? toEntity(stored as Stored<T>) : undefined
  }

  const list = async (
    filter: Filter<Stored<T>>,
    { sort = { _id: 1 }, limit }: { sort?: Sort; limit: number },
  ): Promise<T[]> => {
    const stored = await raw.find(filter, { maxTimeMS: readWithinMs }).sort(sort).limit(limit).toArray()
    return stored.map((one) => toEntity(one as Stored<T>))
  }

  /** A page of a list in `order`; see `readPage`. */
  const page = async (
    filter: Filter<Stored<T>>,
    wanted: { order: Order; limit: number; cursor?: string | undefined; hint?: string | undefined },
  ): Promise<{ rows: T[]; nextCursor: string | null }> => {
    const { rows, nextCursor } = await readPage(raw, { filter, ...wanted })
    return { rows: rows.map((one) => toEntity(one as Stored<T>)), nextCursor }
  }

  return { find, findConfirmed, findOne, list, page }
}

export type Reads<T extends Entity> = ReturnType<typeof createReads<T>>
