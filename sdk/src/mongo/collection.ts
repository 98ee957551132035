import { randomBytes } from 'node:crypto'
import type {
  AnyBulkWriteOperation,
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
import { createRelay, type PublishAll } from './outbox.ts'
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
  publishAll?: PublishAll
}

const noPublish = () => Promise.reject(new Error('this collection has events, but nobody to publish them'))

/** What a decision makes of an entity, or undefined when it refuses it. */
const attempt = <T>(decide: () => T): T | undefined => {
  try {
    return decide()
  } catch {
    return undefined
  }
}

/** How many documents a process remembers as it last wrote them. */
const maxRemembered = 2_000

/** The latest of what was put in, for as long as newer ones leave it room. */
const createMemory = <T extends Entity>() => {
  const entities = new Map<string, T>()
  return {
    get: (id: string) => entities.get(id),
    put: (entity: T) => {
      entities.delete(entity.id)
      entities.set(entity.id, entity)
      if (entities.size > maxRemembered) entities.delete(entities.keys().next().value as string)
      return entity
    },
    drop: (id: string) => entities.delete(id),
  }
}

/**
 * A typed collection: what goes in is checked by the compiler, what comes out is a plain value with `id` for `_id` and
 * without the outbox. A write and its events are one atomic operation. Written in a session, events wait for `flush` after
 * the commit, or for the relay's periodic look.
 */
export const openCollection = <T extends Entity>(
  db: Db,
  name: string,
  { indexes = [], retiredIndexes = [], publishAll = noPublish }: Options = {},
) => {
  const raw: MongoCollection<Stored<T>> = db.collection<Stored<T>>(name)
  const relay = createRelay(db.collection(name), publishAll)
  /** What this process wrote last: a change of it needs no read, since the write names the version that it expects. */
  const memory = createMemory<T>()

  /** What fails to go out here is found again by the relay's periodic look, which logs it. */
  const written = (entity: T, events: readonly FairpassEvent[], { session }: InSession): T => {
    // Whether a transaction commits is not known here.
    if (session) memory.drop(entity.id)
    else memory.put(entity)
    if (events.length > 0 && !session) void relay.enqueue(entity.id, events)
    return entity
  }

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
    return written(saved, outbox, options)
  }

  /** The write that makes `saved` of `before`, if that is still what is stored. Only what is another value is written. */
  const updateFrom = (before: T, saved: T, outbox: readonly FairpassEvent[]) => {
    const old = before as Record<string, unknown>
    const fields = Object.entries(saved).filter(([key, value]) => key !== 'id' && value !== old[key])
    const set = Object.fromEntries(fields.filter(([, value]) => value !== undefined))
    const gone = Object.keys(old).filter((key) => (saved as Record<string, unknown>)[key] === undefined)
    return {
      filter: { ...byId(before.id), version: before.version } as Filter<Stored<T>>,
      update: {
        $set: set,
        ...(gone.length > 0 ? { $unset: Object.fromEntries(gone.map((key) => [key, ''])) } : {}),
        ...(outbox.length > 0 ? { $push: { outbox: { $each: outbox } } } : {}),
      } as unknown as UpdateFilter<Stored<T>>,
    }
  }

  const nextOf = (before: T, after: T): T => ({ ...after, id: before.id, version: before.version + 1 })

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
    const saved = nextOf(before, after)
    const outbox = eventsOf(saved)
    const { filter, update } = updateFrom(before, saved, outbox)
    const { matchedCount } = await raw.updateOne(filter, update, options)
    if (matchedCount === 0) {
      memory.drop(before.id)
      throw new VersionConflictError()
    }
    return written(saved, outbox, options)
  }

  /** A change of what this process wrote last; undefined when that leads nowhere, because it may be outdated. */
  const changeRemembered = async (
    id: string,
    change: (current: T) => T,
    eventsOf?: EventsOf<T>,
  ): Promise<T | undefined> => {
    const current = memory.get(id)
    const next = current && attempt(() => change(current))
    if (!next || next === current) return undefined
    return replace(current, next, eventsOf).catch((error: unknown) => {
      if (error instanceof VersionConflictError) return undefined
      throw error
    })
  }

  /**
   * Reads, lets `change` decide, writes; again when somebody wrote in between, at most eight times. What this process wrote
   * last is not read again: the write names its version. A change that returns what it was given writes nothing.
   * @returns the entity as it is now, or undefined when there is none
   * @throws VersionConflictError, and whatever `change` throws
   */
  const change = async (id: string, change: (current: T) => T, eventsOf?: EventsOf<T>): Promise<T | undefined> => {
    const changed = await changeRemembered(id, change, eventsOf)
    if (changed) return changed
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

  type Planned = { before: T; saved: T; outbox: FairpassEvent[] }

  /** Writes all of it in one go. @returns whether everything was still as it was read */
  const replaceMany = async (planned: readonly Planned[]): Promise<boolean> => {
    if (planned.length === 0) return true
    const updates = planned.map(({ before, saved, outbox }) => ({ updateOne: updateFrom(before, saved, outbox) }))
    const { matchedCount } = await raw.bulkWrite(updates as unknown as AnyBulkWriteOperation<Stored<T>>[], {
      ordered: false,
    })
    const isWhole = matchedCount === planned.length
    for (const { saved, outbox } of planned)
      if (isWhole) written(saved, outbox, {})
      else memory.drop(saved.id)
    return isWhole
  }

  /**
   * The same for several entities at once: one read of what is not remembered, and one write. Where somebody wrote in
   * between, each is changed by itself.
   * @returns how each change ended, by id
   */
  const changeMany = async (
    changes: ReadonlyMap<string, (current: T) => T>,
    eventsOf: EventsOf<T> = () => [],
  ): Promise<Map<string, PromiseSettledResult<T | undefined>>> => {
    const ends = new Map<string, PromiseSettledResult<T | undefined>>()
    const planned: Planned[] = []
    /** Whether `decide` leads to a write of what `before` is, which need not be what is stored. */
    const plan = (before: T, decide: (current: T) => T): T => {
      const next = decide(before)
      if (next === before) return before
      const saved = nextOf(before, next)
      planned.push({ before, saved, outbox: eventsOf(saved) })
      return saved
    }
    const toRead = [...changes].filter(([id, decide]) => {
      const remembered = memory.get(id)
      const saved = remembered && attempt(() => plan(remembered, decide))
      if (!saved || saved === remembered) return true
      ends.set(id, { status: 'fulfilled', value: saved })
      return false
    })
    const ids = toRead.map(([id]) => id)
    const read = ids.length > 0 ? await list({ _id: { $in: ids } } as Filter<Stored<T>>, { limit: ids.length }) : []
    for (const before of read) {
      const decide = changes.get(before.id) as (current: T) => T
      const [end] = await Promise.allSettled([(async () => plan(before, decide))()])
      ends.set(before.id, end)
    }
    if (!(await replaceMany(planned)))
      await Promise.all(
        planned.map(async ({ before: { id } }) => {
          const [end] = await Promise.allSettled([change(id, changes.get(id) as (current: T) => T, eventsOf)])
          ends.set(id, end)
        }),
      )
    return ends
  }

  const ensureIndexes = async () => {
    await raw.createIndexes([outboxIndex, ...indexes])
    const known = await raw.indexes()
    for (const { name } of known) if (name && retiredIndexes.includes(name)) await raw.dropIndex(name)
  }

  return { raw, find, findOne, list, page, insert, replace, change, changeMany, ensureIndexes, toEntity, relay }
}

export type Collection<T extends Entity> = ReturnType<typeof openCollection<T>>
