import type { Db, IndexDescription, Collection as MongoCollection } from 'mongodb'
import { createRecent } from '../recent.ts'
import { createChanges } from './changes.ts'
import { type Entity, type Stored, toEntity } from './entity.ts'
import { createRelay, type PublishAll } from './outbox.ts'
import { createReads } from './reads.ts'
import { createWrites } from './writes.ts'

/** Indexes are declared beside their collection and created at start; creating one that exists is nothing. */
const outboxIndex: IndexDescription = { key: { 'outbox.time': 1 }, name: 'outbox', sparse: true }

type Options = {
  indexes?: IndexDescription[]
  /** where the events of this collection's documents go; they are published right after the write, at least once */
  publishAll?: PublishAll
}

const noPublish = () => Promise.reject(new Error('this collection has events, but nobody to publish them'))

/** How many documents a process remembers as it last wrote them. */
const maxRemembered = 2_000

/**
 * A typed collection: what goes in is checked by the compiler, what comes out is a plain value with `id` for `_id` and
 * without the outbox. A write and its events are one atomic operation. Written in a session, events wait for `flush`
 * after the commit, or for the relay's periodic search.
 */
export const openCollection = <T extends Entity>(
  db: Db,
  name: string,
  { indexes = [], publishAll = noPublish }: Options = {},
) => {
  const raw: MongoCollection<Stored<T>> = db.collection<Stored<T>>(name)
  const relay = createRelay(db.collection(name), publishAll)
  const memory = createRecent<T>(maxRemembered)
  const reads = createReads(raw)
  const { replaceMany, ...writes } = createWrites({ raw, relay, memory })
  const changes = createChanges({ reads, writes: { ...writes, replaceMany }, memory })

  const ensureIndexes = () => raw.createIndexes([outboxIndex, ...indexes])

  return { raw, relay, ensureIndexes, ...reads, ...writes, ...changes, toEntity: toEntity<T> }
}

export type Collection<T extends Entity> = ReturnType<typeof openCollection<T>>
