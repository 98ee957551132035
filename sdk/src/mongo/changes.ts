import type { Filter } from 'mongodb'
import { VersionConflictError } from '../errors.ts'
import type { createRecent } from '../recent.ts'
import type { Entity, EventsOf, Stored } from './entity.ts'
import type { Reads } from './reads.ts'
import { nextOf, type Planned, type Writes } from './writes.ts'

/** How often a change is tried again when somebody else wrote in between. */
const maxAttempts = 8

/** What a decision makes of an entity, or undefined when it refuses it. */
const attempt = <T>(decide: () => T): T | undefined => {
  try {
    return decide()
  } catch {
    return undefined
  }
}

type Change<T> = (current: T) => T
type End<T> = PromiseSettledResult<T | undefined>
type Deps<T extends Entity> = {
  reads: Pick<Reads<T>, 'find' | 'list'>
  writes: Pick<Writes<T>, 'replace' | 'replaceMany'>
  /** what this process wrote last: a change of it needs no read, since the write names the version that it expects */
  memory: ReturnType<typeof createRecent<T>>
}

/** Changes of stored entities, decided by the caller and written over exactly what was read. */
export const createChanges = <T extends Entity>(deps: Deps<T>) => {
  const change = createChange(deps)
  return { change, changeMany: createChangeMany(deps, change) }
}

const createChange = <T extends Entity>({ reads: { find }, writes: { replace }, memory }: Deps<T>) => {
  /**
   * A change of what this process wrote last; undefined when it is refused, since the remembered version may be
   * outdated.
   */
  const changeRemembered = async (id: string, change: Change<T>, eventsOf?: EventsOf<T>): Promise<T | undefined> => {
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
  return async (id: string, change: Change<T>, eventsOf?: EventsOf<T>): Promise<T | undefined> => {
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
}

/** What several changes lead to: how each ended so far, and what there is to write. */
const createPlan = <T extends Entity>(eventsOf: EventsOf<T>) => {
  const ends = new Map<string, End<T>>()
  const planned: Planned<T>[] = []
  return {
    ends,
    planned,
    /** What `before`, which need not be what is stored, becomes. */
    plan: (before: T, decide: Change<T>): T => {
      const next = decide(before)
      if (next === before) return before
      const saved = nextOf(before, next)
      planned.push({ before, saved, outbox: eventsOf(saved) })
      return saved
    },
  }
}

const createChangeMany = <T extends Entity>(
  { reads: { list }, writes: { replaceMany }, memory }: Deps<T>,
  changeOne: (id: string, change: Change<T>, eventsOf?: EventsOf<T>) => Promise<T | undefined>,
) => {
  const readAll = async (ids: readonly string[]): Promise<T[]> =>
    ids.length > 0 ? list({ _id: { $in: ids } } as Filter<Stored<T>>, { limit: ids.length }) : []

  /**
   * The same for several entities at once: one read of what is not remembered, and one write. Where somebody wrote in
   * between, each is changed by itself.
   * @returns how each change ended, by id
   */
  return async (
    changes: ReadonlyMap<string, Change<T>>,
    eventsOf: EventsOf<T> = () => [],
  ): Promise<Map<string, End<T>>> => {
    const { ends, planned, plan } = createPlan(eventsOf)
    const toRead = [...changes].filter(([id, decide]) => {
      const remembered = memory.get(id)
      const saved = remembered && attempt(() => plan(remembered, decide))
      if (!saved || saved === remembered) return true
      ends.set(id, { status: 'fulfilled', value: saved })
      return false
    })
    for (const before of await readAll(toRead.map(([id]) => id))) {
      const decide = changes.get(before.id) as Change<T>
      const [end] = await Promise.allSettled([(async () => plan(before, decide))()])
      ends.set(before.id, end)
    }
    if (!(await replaceMany(planned)))
      await Promise.all(
        planned.map(async ({ before: { id } }) => {
          const [end] = await Promise.allSettled([changeOne(id, changes.get(id) as Change<T>, eventsOf)])
          ends.set(id, end)
        }),
      )
    return ends
  }
}
