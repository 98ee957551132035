import type { Document, Filter, Collection as MongoCollection, UpdateFilter } from 'mongodb'
import type { FairpassEvent } from '../events/events.ts'
import { forEachOf } from '../run-periodically.ts'
import type { GaugeCollector } from '../telemetry/gauges.ts'
import { outboxOldestSeconds, outboxPending } from '../telemetry/metrics.ts'

type WithOutbox = Document & { _id: string; outbox?: FairpassEvent[] }

/** How long an event may wait for the relay that its writer started, before the periodic look takes it, in milliseconds. */
const graceMs = 1_000
const batch = 100
/** As far as what is left is counted, and how long counting may take. */
const countedMost = 1_000
const countWithinMs = 1_000

/**
 * Publishes what documents hold in their outbox and takes it out: in order within a document, at least once. Started right
 * after a write, and by a periodic look for what a crash or an outage left behind.
 */
export const createRelay = (raw: MongoCollection<WithOutbox>, publish: (event: FairpassEvent) => Promise<void>) => {
  const underWay = new Map<string, Promise<void>>()

  const publishAll = async (id: string) => {
    const stored = await raw.findOne({ _id: id } as Filter<WithOutbox>, { projection: { outbox: 1 } })
    for (const event of stored?.outbox ?? []) {
      await publish(event)
      await raw.updateOne(
        { _id: id } as Filter<WithOutbox>,
        { $pull: { outbox: { id: event.id } } } as unknown as UpdateFilter<WithOutbox>,
      )
    }
    await raw.updateOne(
      { _id: id, outbox: { $size: 0 } } as Filter<WithOutbox>,
      { $unset: { outbox: '' } } as unknown as UpdateFilter<WithOutbox>,
    )
  }

  /** Publishes what `id` holds, after any relay of the same document that is under way. */
  const flush = (id: string): Promise<void> => {
    const before = underWay.get(id) ?? Promise.resolve()
    const run = before.catch(() => {}).then(() => publishAll(id))
    underWay.set(id, run)
    const forget = () => {
      if (underWay.get(id) === run) underWay.delete(id)
    }
    run.then(forget, forget)
    return run
  }

  /** Publishes what has waited longer than a second, oldest first. */
  const sweep = async (): Promise<void> => {
    const before = new Date(Date.now() - graceMs).toISOString()
    const left = await raw
      .find({ 'outbox.time': { $lt: before } } as Filter<WithOutbox>, { projection: { _id: 1 } })
      .sort({ 'outbox.time': 1 })
      .limit(batch)
      .toArray()
    await forEachOf('outbox', left, ({ _id }) => flush(_id as string))
  }

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
  const gaugeCollector: GaugeCollector = {
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

  return { flush, sweep, gaugeCollector }
}

export type Relay = ReturnType<typeof createRelay>
