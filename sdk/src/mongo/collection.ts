import { randomBytes } from 'node:crypto'
import type {
  ClientSession,
  Db,
  Filter,
  IndexDescription,
  Collection as MongoCollection,
  OptionalUnlessRequiredId,
  Sort,
  UpdateFilter,
} from 'mongodb'
import { VersionConflictError } from '../errors.ts'
import type { FairpassEvent } from '../events/events.ts'
import { createRelay } from './outbox.ts'
import { type Order, readPage, readWithinMs } from './page.ts'

/** What is stored has an id of 24 hexadecimal digits, and a version that every write raises by one. */
export type Entity = { id: string; version: number }
/** An entity as MongoDB holds it: events that are not yet published live in the document that they are about. */
export type Stored<T extends Entity> = Omit<T, 'id'> & { _id: string; outbox?: FairpassEvent[] }

/** The driver's own names: a session to write in, and a bound on the operation in milliseconds. */
type InSession = { session?: ClientSession; maxTimeMS?: number }
type EventsOf<T> = (saved: T) => FairpassEvent[]

/** How often a change is tried again when somebody else wrote in between. */
const maxAttempts = 8

/**
 * An id that carries its time to the millisecond, so that lists in the order of their ids are in the order of time: eight
 * digits of seconds as in every ObjectId, three of milliseconds, and `tail` to tell apart what is of the same one.
 */
export const idAt = (at: Date, tail: string): string => {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  return `${hex(Math.floor(at.getTime() / 1000), 8)}${hex(at.getTime() % 1000, 3)}${tail.slice(0, 13)}`
}

export const newId = () => idAt(new Date(), randomBytes(7).toString('hex'))

/** Indexes are declared beside their collection and created at start; creating one that exists is nothing. */
const outboxIndex: IndexDescription = { key: { 'outbox.time': 1 }, name: 'outbox', sparse: true }

type Options = {
  indexes?: IndexDescription[]
  /** names of indexes that versions before this one made, and that nothing reads by any more */
  retiredIndexes?: string[]
  /** where the events of this collection's documents go; they are published right after the write, at least once */
  publish?: (event: FairpassEvent) => Promise<void>
}

const noPublish = () => Promise.reject(new Error('this collection has events, but nobody to publish them'))

/**
 * A typed collection: what goes in is checked by the compiler, what comes out is a plain value with `id` for `_id` and
 * without the outbox. A write and its events are one atomic operation. Written in a session, events wait for `flush` after
 * the commit, or for the relay's periodic look.
 */
export const openCollection = <T extends Entity>(
  db: Db,
  name: string,
  { indexes = [], retiredIndexes = [], publish = noPublish }: Options = {},
) => {
  const raw: MongoCollection<Stored<T>> = db.collection<Stored<T>>(name)
  const relay = createRelay(db.collection(name), publish)

  /** What fails here is found again by the relay's periodic look, which logs it. */
  const relaySoon = (id: string) => void relay.flush(id).catch(() => {})

  const toEntity = (stored: Stored<T>): T => {
    const { _id, outbox: _outbox, ...rest } = stored
    // The driver's mapped types hide that this is T again: Stored<T> is T with its id renamed.
    return { id: _id, ...rest } as unknown as T
  }

  const byId = (id: string) => ({ _id: id }) as Filter<Stored<T>>

  const find = async (id: string, options: InSession = {}): Promise<T | undefined> => {
    const stored = await raw.findOne(byId(id), { maxTimeMS: readWithinMs, ...options })
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

  /** Inserts at version 1. A duplicate key is the driver's error: `isDuplicateKey` knows it. */
  const insert = async (
    entity: Omit<T, 'version'>,
    eventsOf: EventsOf<T> = () => [],
    options: InSession = {},
  ): Promise<T> => {
    const { id, ...rest } = entity as Omit<T, 'version'> & { id: string }
    const saved = { id, version: 1, ...rest } as unknown as T
    const outbox = eventsOf(saved)
    const stored = { _id: id, version: 1, ...rest, ...(outbox.length > 0 ? { outbox } : {}) }
    await raw.insertOne(stored as unknown as OptionalUnlessRequiredId<Stored<T>>, options)
    if (outbox.length > 0 && !options.session) relaySoon(id)
    return saved
  }

  /**
   * Writes `after` over `before` if `before` is still what is stored.
   * @throws VersionConflictError when somebody else was quicker
   */
  const replace = async (
    before: T,
    after: T,
    eventsOf: EventsOf<T> = () => [],
    options: InSession = {},
  ): Promise<T> => {
    const saved = { ...after, id: before.id, version: before.version + 1 }
    const outbox = eventsOf(saved)
    const { id, ...fields } = saved
    const gone = Object.keys(before).filter((key) => (saved as Record<string, unknown>)[key] === undefined)
    const set = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
    const update = {
      $set: set,
      ...(gone.length > 0 ? { $unset: Object.fromEntries(gone.map((key) => [key, ''])) } : {}),
      ...(outbox.length > 0 ? { $push: { outbox: { $each: outbox } } } : {}),
    } as unknown as UpdateFilter<Stored<T>>
    const { matchedCount } = await raw.updateOne(
      { ...byId(id), version: before.version } as Filter<Stored<T>>,
      update,
      options,
    )
    if (matchedCount === 0) throw new VersionConflictError()
    if (outbox.length > 0 && !options.session) relaySoon(id)
    return saved
  }

  /**
   * Reads, lets `change` decide, writes; again when somebody wrote in between, at most eight times. A change that
   * returns what it was given writes nothing.
   * @returns the entity as it is now, or undefined when there is none
   * @throws VersionConflictError, and whatever `change` throws
   */
  const change = async (id: string, change: (current: T) => T, eventsOf?: EventsOf<T>): Promise<T | undefined> => {
    for (let attempt = 1; ; attempt++) {
      const current = await find(id)
      if (!current) return undefined
      const next = change(current)
      if (next === current) return current
      try {
        return await replace(current, next, eventsOf)
      } catch (error) {
        if (!(error instanceof VersionConflictError) || attempt === maxAttempts) throw error
      }
    }
  }

  const ensureIndexes = async () => {
    await raw.createIndexes([outboxIndex, ...indexes])
    const known = await raw.indexes()
    for (const { name } of known) if (name && retiredIndexes.includes(name)) await raw.dropIndex(name)
  }

  return { raw, find, findOne, list, page, insert, replace, change, ensureIndexes, toEntity, relay }
}

export type Collection<T extends Entity> = ReturnType<typeof openCollection<T>>
