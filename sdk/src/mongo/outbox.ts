import type { AnyBulkWriteOperation, Document, Filter, Collection as MongoCollection } from 'mongodb'
import { createBatcher } from '../batcher.ts'
import type { FairpassEvent } from '../events/events.ts'
import { createBell, type Loop } from '../run-periodically.ts'
import type { GaugeCollector } from '../telemetry/gauges.ts'
import { outboxOldestSeconds, outboxPending } from '../telemetry/metrics.ts'

type WithOutbox = Document & { _id: string; outbox?: FairpassEvent[] }

/**
 * Publishes events, in any order.
 * @returns why each event that did not go out did not, by the event's id
 */
export type PublishAll = (events: readonly FairpassEvent[]) => Promise<ReadonlyMap<string, unknown>>

/** How long events wait for others to go out with, in milliseconds. */
const lingerMs = 5
/**
 * How often a relay searches for events that a replica that died left behind, in milliseconds. What this process could
 * not publish rings its bell, and what its predecessor left is found at its start.
 */
const searchEveryMs = 15_000
/** How long an event waits for the relay of its writer before the periodic search takes it, in milliseconds. */
const graceMs = 1_000
const maxBatch = 100
/** Up to how many unpublished events are counted, and how long counting may take. */
const countedMost = 1_000
const countWithinMs = 1_000

/** The events of one document, in their order, and who waits for them. */
type Waiting = {
  id: string
  events: FairpassEvent[]
  published: string[]
  done: PromiseWithResolvers<void>
}

/** Removes published events, and the whole outbox field when nothing else is in it. One update a document. */
const removal = ({ id, published }: Waiting): AnyBulkWriteOperation<WithOutbox> => ({
  updateOne: {
    filter: { _id: id } as Filter<WithOutbox>,
    update: [
      { $set: { outbox: { $filter: { input: '$outbox', cond: { $not: { $in: ['$$this.id', published] } } } } } },
      { $set: { outbox: { $cond: [{ $eq: [{ $size: { $ifNull: ['$outbox', []] } }, 0] }, '$$REMOVE', '$outbox'] } } },
    ],
  },
})

/**
 * Publishes the events of documents, in order within each, and removes what was published. Reports to each waiter how
 * that ended.
 */
const createPublishBatch = (raw: MongoCollection<WithOutbox>, publishAll: PublishAll) => {
  const takeOut = async (gone: Waiting[]) => {
    if (gone.length > 0) await raw.bulkWrite(gone.map(removal), { ordered: false })
  }

  /** Publishes the first event of each document, so that its second never overtakes it. */
  const publishFirst = async (documents: readonly Waiting[]) => {
    const failures = await publishAll(documents.map(({ events: [first] }) => first as FairpassEvent)).catch(
      (error: unknown) => new Map(documents.map(({ events: [first] }) => [first?.id, error])),
    )
    for (const document of documents) {
      const event = document.events.shift() as FairpassEvent
      if (!failures.has(event.id)) document.published.push(event.id)
      else {
        document.events = []
        document.done.reject(failures.get(event.id))
      }
    }
  }

  return async (batch: readonly Waiting[]): Promise<void> => {
    let left = batch
    while (left.length > 0) {
      await publishFirst(left)
      left = left.filter(({ events }) => events.length > 0)
    }
    try {
      await takeOut(batch.filter(({ published }) => published.length > 0))
      for (const { done } of batch) done.resolve()
    } catch (error) {
      for (const { done } of batch) done.reject(error)
    }
  }
}

/** Documents whose events are to go out: those that come within a moment together, one batch after the other. */
const createQueue = (publishBatch: (batch: readonly Waiting[]) => Promise<void>) => {
  /** What waits, by document. */
  const waiting = new Map<string, Waiting>()
  /** The documents whose events are being published right now. */
  let batch: readonly Waiting[] = []

  const publish = createBatcher<Waiting>(
    async (next) => {
      batch = next
      for (const { id } of batch) waiting.delete(id)
      await publishBatch(batch)
      batch = []
    },
    { lingerMs, maxSize: maxBatch },
  )

  const underWay = (id: string) => waiting.get(id) ?? batch.find((document) => document.id === id)

  return {
    isUnderWay: (id: string): boolean => underWay(id) !== undefined,

    /** Resolves when what was enqueued for `id` is published; at once when nothing is under way. */
    settled: (id: string): Promise<void> => underWay(id)?.done.promise ?? Promise.resolve(),

    /** @returns a promise that ends once they are out and taken out */
    add: (id: string, events: readonly FairpassEvent[]): Promise<void> => {
      const before = waiting.get(id)
      if (before) {
        before.events.push(...events)
        return before.done.promise
      }
      const done = Promise.withResolvers<void>()
      done.promise.catch(() => {})
      const document = { id, events: [...events], published: [], done }
      waiting.set(id, document)
      void publish(document)
      return done.promise
    },
  }
}

const createOutboxGauge = (raw: MongoCollection<WithOutbox>): GaugeCollector => {
  /** How many documents hold events, counted up to a thousand, and since when the oldest of those waits. */
  const pending = async (): Promise<{ count: number; oldestAt: Date | undefined }> => {
    const left = { 'outbox.time': { $gt: '' } } as Filter<WithOutbox>
    const bound = { maxTimeMS: countWithinMs }
    const [count, oldest] = await Promise.all([
      raw.countDocuments(left, { ...bound, limit: countedMost }),
      raw.findOne(left, { ...bound, sort: { 'outbox.time': 1 }, projection: { 'outbox.time': 1 } }),
    ])
    const [first] = oldest?.outbox ?? []
    return { count, oldestAt: first && new Date(first.time) }
  }

  const { collectionName: collection } = raw
  return {
    name: `outbox of ${collection}`,
    read: async () => {
      const { count, oldestAt } = await pending()
      outboxPending.set({ collection }, count)
      outboxOldestSeconds.set({ collection }, oldestAt ? Math.max(0, (Date.now() - oldestAt.getTime()) / 1000) : 0)
    },
    reset: () => {
      outboxPending.remove({ collection })
      outboxOldestSeconds.remove({ collection })
    },
  }
}

/** Rings when events do not go out, once until they do: from then on the loop polls by itself. */
const createAlarm = () => {
  const bell = createBell()
  let isFailing = false
  return {
    bell,
    alarm: () => {
      if (!isFailing) bell.ring()
      isFailing = true
    },
    calm: () => {
      isFailing = false
    },
  }
}

/** What has been in an outbox since before `before`, oldest first. */
const findLeft = (raw: MongoCollection<WithOutbox>, before: string) =>
  raw
    .find({ 'outbox.time': { $lt: before } } as Filter<WithOutbox>, { projection: { outbox: 1 } })
    .sort({ 'outbox.time': 1 })
    .limit(maxBatch)
    .toArray()

/**
 * Publishes what documents hold in their outbox and takes it out: in order within a document, at least once. Right
 * after a write its events are known and go out together with those of other documents; a periodic search finds what a
 * crash or an outage left behind.
 */
export const createRelay = (raw: MongoCollection<WithOutbox>, publishAll: PublishAll) => {
  const { add, settled, isUnderWay } = createQueue(createPublishBatch(raw, publishAll))
  const { bell, alarm, calm } = createAlarm()

  /**
   * Publishes events that were just written to the outbox of `id`, after those of the same document that wait already.
   * @returns a promise that ends once they are out and taken out; the periodic search retries what fails
   */
  const enqueue = (id: string, events: readonly FairpassEvent[]): Promise<void> => {
    const out = add(id, events)
    out.catch(alarm)
    return out
  }

  /** Publishes what `id` holds, after what is under way for it: for what was written in a transaction, or left behind. */
  const flush = async (id: string): Promise<void> => {
    await settled(id).catch(() => {})
    const reading = raw.findOne({ _id: id } as Filter<WithOutbox>, { projection: { outbox: 1 } })
    reading.catch(alarm)
    const stored = await reading
    if (stored?.outbox?.length) await enqueue(id, stored.outbox)
  }

  /** Publishes what has waited longer than a second, oldest first. @returns `more` when there may be others */
  const publishLeftBehind = async (now = Date.now()): Promise<'more' | undefined> => {
    const before = new Date(now - graceMs).toISOString()
    const left = await findLeft(raw, before)
    const results = await Promise.allSettled(
      left
        .map(({ _id, outbox }) => ({ id: _id as string, outbox }))
        .filter(({ id }) => !isUnderWay(id))
        .map(({ id, outbox = [] }) => add(id, outbox)),
    )
    if (left.length === 0) calm()
    const failed = results.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    return left.length > 0 ? 'more' : undefined
  }

  return {
    enqueue,
    settled,
    flush,
    publishLeftBehind,
    /** The periodic search, as a loop of the service. */
    loopOf: (name: string): Loop => ({ everyMs: searchEveryMs, name, work: publishLeftBehind, bell }),
    gaugeCollector: createOutboxGauge(raw),
  }
}

export type Relay = ReturnType<typeof createRelay>
