import type { Collection, Db } from 'mongodb'
import * as v from 'valibot'
import type { GaugeCollector } from '../telemetry/gauges.ts'
import type { Log } from '../telemetry/log.ts'
import { deadLettersKept } from '../telemetry/metrics.ts'
import { inSpan } from '../telemetry/trace.ts'
import { isEventType } from './events.ts'
import { applyEvent, type EventHandlers } from './handlers.ts'

/** An event that was given up, in the collection `deadLetters` of the service that could not apply it. */
export type DeadLetter = {
  _id: string
  type: string
  delivered: unknown
  at: Date
  /** an operator asks for it to be applied again */
  replay?: boolean
  /** why it was last not applied, where that is known */
  failure?: string
}

/** What broke the contract of its event is kept as well. */
const Delivered = v.object({ id: v.fallback(v.string(), () => crypto.randomUUID()), type: v.fallback(v.string(), '?') })

/** How many letters are applied again at once. */
const batch = 100
const countedMost = 1_000
/** How many are kept, and for how long: beyond that nobody has checked for months, or every event fails. */
const keptMost = 10_000
const keptSeconds = 180 * 24 * 3600

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

type Letters = Collection<DeadLetter>

/** Applies the oldest marked letter; one that fails again stays, unmarked, with the reason. */
const replayOne = async (letters: Letters, log: Log, handlers: EventHandlers): Promise<boolean> => {
  const letter = await letters.findOneAndUpdate({ replay: true }, { $unset: { replay: '' } }, { sort: { at: 1 } })
  if (!letter) return false
  const about = { event: letter.type, eventId: letter._id }
  try {
    if (!isEventType(letter.type)) throw new Error(`There is no event ${letter.type}`)
    const { type } = letter
    await inSpan('replay dead letter', { isRoot: true }, () => applyEvent(handlers, type, letter.delivered))
    await letters.deleteOne({ _id: letter._id })
    log.info(about, 'dead letter applied')
  } catch (error) {
    await letters.updateOne({ _id: letter._id }, { $set: { failure: reasonOf(error) } })
    log.error({ err: error, ...about }, 'dead letter failed again')
  }
  return true
}

/** Deletes the oldest, with an error in the log, when more are kept than anybody could go through. */
const dropOldest = async (letters: Letters, log: Log): Promise<void> => {
  if ((await letters.estimatedDocumentCount()) <= keptMost) return
  const oldest = await letters.find({}, { sort: { at: 1 }, limit: batch, projection: { _id: 1 } }).toArray()
  await letters.deleteMany({ _id: { $in: oldest.map(({ _id }) => _id) } })
  log.error({ dropped: oldest.length }, 'more dead letters than are kept; the oldest were dropped')
}

/** Keeps events that never succeeded, and applies again those that an operator marked (`bun run dead-letters replay`). */
export const openDeadLetters = (db: Db, log: Log) => {
  const letters = db.collection<DeadLetter>('deadLetters')

  const gaugeCollector: GaugeCollector = {
    name: 'dead letters',
    read: async () => deadLettersKept.set(await letters.countDocuments({}, { limit: countedMost, maxTimeMS: 1_000 })),
    reset: () => deadLettersKept.remove(),
  }

  return {
    gaugeCollector,

    ensureIndexes: () =>
      letters.createIndexes([
        { key: { at: 1 }, name: 'kept', expireAfterSeconds: keptSeconds },
        { key: { replay: 1, at: 1 }, name: 'marked', partialFilterExpression: { replay: true } },
      ]),

    keep: async (delivered: unknown, failure?: unknown): Promise<void> => {
      const { id, type } = v.parse(Delivered, delivered)
      const known = failure === undefined ? {} : { failure: reasonOf(failure) }
      await letters.updateOne({ _id: id }, { $set: { type, delivered, at: new Date(), ...known } }, { upsert: true })
      log.error({ event: type, eventId: id }, 'event given up; it is kept as a dead letter')
      await dropOldest(letters, log)
    },

    /** Applies marked letters in the order in which they were given up, at most a hundred. @returns `more` when there were any */
    replayMarked: async (handlers: EventHandlers): Promise<'more' | undefined> => {
      let applied = 0
      while (applied < batch && (await replayOne(letters, log, handlers))) applied++
      return applied > 0 ? 'more' : undefined
    },
  }
}
