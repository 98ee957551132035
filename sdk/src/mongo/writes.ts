import type {
  AnyBulkWriteOperation,
  Filter,
  Collection as MongoCollection,
  OptionalUnlessRequiredId,
  UpdateFilter,
} from 'mongodb'
import { VersionConflictError } from '../errors.ts'
import type { FairpassEvent } from '../events/events.ts'
import type { createRecent } from '../recent.ts'
import { byId, type Entity, type EventsOf, type InSession, type Stored } from './entity.ts'
import type { Relay } from './outbox.ts'

/** A change that was decided, and what it is to be written over. */
export type Planned<T> = { before: T; saved: T; outbox: FairpassEvent[] }

export const nextOf = <T extends Entity>(before: T, after: T): T => ({
  ...after,
  id: before.id,
  version: before.version + 1,
})

/**
 * The write that makes `saved` of `before`, if that is still what is stored. Only fields with another value are
 * written.
 */
const updateFrom = <T extends Entity>({ before, saved, outbox }: Planned<T>) => {
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

type Deps<T extends Entity> = {
  raw: MongoCollection<Stored<T>>
  relay: Relay
  /** what this process wrote last */
  memory: ReturnType<typeof createRecent<T>>
}

const draftOf = <T extends Entity>(entity: Omit<T, 'version'>, eventsOf: EventsOf<T>) => {
  const { id, ...rest } = entity as Omit<T, 'version'> & { id: string }
  const saved = { id, version: 1, ...rest } as unknown as T
  const outbox = eventsOf(saved)
  const stored = { _id: id, version: 1, ...rest, ...(outbox.length > 0 ? { outbox } : {}) }
  return { saved, outbox, stored: stored as unknown as OptionalUnlessRequiredId<Stored<T>> }
}

/** What a write leaves behind in this process: what it remembers, and the events that are to go out. */
const createAfterWrite =
  <T extends Entity>({ relay, memory }: Pick<Deps<T>, 'relay' | 'memory'>) =>
  (entity: T, events: readonly FairpassEvent[], { session }: InSession): T => {
    // Whether a transaction commits is not known here.
    if (session) memory.drop(entity.id)
    else memory.put(entity)
    // What fails to go out is found again by the relay's periodic search, which logs it.
    if (events.length > 0 && !session) void relay.enqueue(entity.id, events)
    return entity
  }

type OnWritten<T> = (entity: T, events: readonly FairpassEvent[], options: InSession) => T

const createInserts = <T extends Entity>({ raw }: Deps<T>, written: OnWritten<T>) => {
  /** Inserts at version 1. A duplicate key is the driver's error: `isDuplicateKey` knows it. */
  const insert = async (
    entity: Omit<T, 'version'>,
    eventsOf: EventsOf<T> = () => [],
    options: InSession = {},
  ): Promise<T> => {
    const { saved, outbox, stored } = draftOf(entity, eventsOf)
    await raw.insertOne(stored, options)
    return written(saved, outbox, options)
  }

  /** Inserts several at version 1, in one command. Where one is refused, the others may be stored all the same. */
  const insertEach = async (
    entities: readonly Omit<T, 'version'>[],
    eventsOf: EventsOf<T> = () => [],
  ): Promise<T[]> => {
    const drafts = entities.map((entity) => draftOf(entity, eventsOf))
    await raw.insertMany(
      drafts.map(({ stored }) => stored),
      { ordered: false },
    )
    return drafts.map(({ saved, outbox }) => written(saved, outbox, {}))
  }

  return { insert, insertEach }
}

const createReplacesOfMany = <T extends Entity>({ raw, memory }: Deps<T>, written: OnWritten<T>) => {
  /** Writes all of it in one go. @returns whether everything was still as it was read */
  const replaceMany = async (planned: readonly Planned<T>[], options: InSession = {}): Promise<boolean> => {
    if (planned.length === 0) return true
    const updates = planned.map((one) => ({ updateOne: updateFrom(one) }))
    const { matchedCount } = await raw.bulkWrite(updates as unknown as AnyBulkWriteOperation<Stored<T>>[], {
      ordered: false,
      ...options,
    })
    const isWhole = matchedCount === planned.length
    for (const { saved, outbox } of planned)
      if (isWhole) written(saved, outbox, options)
      else memory.drop(saved.id)
    return isWhole
  }

  /**
   * Writes several documents over what was read of each, in one command.
   * @throws VersionConflictError when somebody else was quicker with one of them: outside of a transaction the others may
   * be written all the same
   */
  const replaceEach = async (
    pairs: readonly { before: T; after: T }[],
    eventsOf: EventsOf<T> = () => [],
    options: InSession = {},
  ): Promise<T[]> => {
    const planned = pairs.map(({ before, after }) => {
      const saved = nextOf(before, after)
      return { before, saved, outbox: eventsOf(saved) }
    })
    if (!(await replaceMany(planned, options))) throw new VersionConflictError()
    return planned.map(({ saved }) => saved)
  }

  return { replaceEach, replaceMany }
}

/** Writes that are one atomic operation with their events. */
export const createWrites = <T extends Entity>(deps: Deps<T>) => {
  const { raw, memory } = deps
  const written = createAfterWrite(deps)

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
    const { filter, update } = updateFrom({ before, saved, outbox })
    const { matchedCount } = await raw.updateOne(filter, update, options)
    if (matchedCount === 0) {
      memory.drop(before.id)
      throw new VersionConflictError()
    }
    return written(saved, outbox, options)
  }

  return { ...createInserts(deps, written), ...createReplacesOfMany(deps, written), replace }
}

export type Writes<T extends Entity> = ReturnType<typeof createWrites<T>>
