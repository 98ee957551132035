import { Hono } from 'hono'
import { CustomError } from '../errors.ts'
import { sidecarOnly } from '../http/app.ts'
import { databaseErrorOf } from '../mongo/mongo-errors.ts'
import type { Log } from '../telemetry/log.ts'
import { eventsAppliedTotal } from '../telemetry/metrics.ts'
import { type EventType, isEventType } from './events.ts'
import { applyEvents, type EventHandlers, eventTypesOf } from './handlers.ts'

/** How many failures are remembered until their event is applied or given up. */
const maxFailures = 1_000

/** How old an event may be that is tried while what its handler needs is away, in milliseconds; then an operator is asked. */
const triedForMs = 3_600_000

type Delivered = { id?: unknown; type?: unknown; time?: unknown }
type BulkDelivered = { entries: { entryId: string; event: Delivered }[] }

const typeOf = ({ type }: Delivered) => (typeof type === 'string' && isEventType(type) ? type : 'unknown')

/**
 * Types that every purchase or listing publishes come in bulk; the others are delivered one by one, without waiting.
 */
const busyTypes: ReadonlySet<EventType> = new Set<EventType>([
  'order.created',
  'order.cancelled',
  'order.completed',
  'payment.captured',
  'ticket.created',
])

/**
 * How the sidecar gathers the events of a busy topic: at most so many, for at most so long (in milliseconds). For each
 * such topic the sidecar polls that often, even when there is nothing.
 */
const bulkSubscribe = { enabled: true, maxMessagesCount: 100, maxAwaitDurationMs: 200 }

/** What the sidecar reads at its start, as specified in https://docs.dapr.io/reference/api/pubsub_api/. */
const subscriptionsTo = (types: readonly EventType[], deadLetterTopic: string) => [
  ...types.map((type) => ({
    pubsubname: 'pubsub',
    topic: type,
    route: `/events/${type}`,
    deadLetterTopic,
    ...(busyTypes.has(type) ? { bulkSubscribe } : {}),
  })),
  ...(types.length > 0 ? [{ pubsubname: 'dead-letters', topic: deadLetterTopic, route: '/dead-letters' }] : []),
]

/** Whether a handler failed since a database, the sidecar or another service is away: nothing is wrong with the event. */
const isOutage = (failure: unknown): boolean => {
  const known = failure instanceof CustomError ? failure : databaseErrorOf(failure)
  return known?.status === 503
}

const isYoung = ({ time }: Delivered): boolean => Date.now() - Date.parse(String(time)) < triedForMs

/** Counts how events ended, and remembers why those that were not applied failed, as far as this process saw it. */
const createOutcomes = (log: Log) => {
  const failures = new Map<unknown, unknown>()

  return {
    failureOf: ({ id }: Delivered) => failures.get(id),

    /** Whether it was applied; what was not is delivered again. */
    note: (type: EventType, { id }: Delivered, end: PromiseSettledResult<unknown>): boolean => {
      if (end.status === 'fulfilled') {
        failures.delete(id)
        eventsAppliedTotal.inc({ type, outcome: 'applied' })
        return true
      }
      eventsAppliedTotal.inc({ type, outcome: 'failed' })
      failures.set(id, end.reason)
      const [oldest] = failures.keys()
      if (failures.size > maxFailures) failures.delete(oldest)
      log.warn({ err: end.reason, event: type }, 'event not applied; the sidecar delivers it again')
      return false
    },

    noteDead: (delivered: Delivered): void => {
      failures.delete(delivered.id)
      eventsAppliedTotal.inc({ type: typeOf(delivered), outcome: 'dead' })
    },
  }
}

/** Applies what is delivered, and says of each whether that succeeded. */
const createDelivery = (handlers: EventHandlers, log: Log) => {
  const { failureOf, note, noteDead } = createOutcomes(log)

  const applyOne = async (type: EventType, delivered: Delivered): Promise<boolean> => {
    const [end] = await applyEvents(handlers, type, [delivered])
    return end !== undefined && note(type, delivered, end)
  }

  const applyBulk = async (type: EventType, { entries }: BulkDelivered) => {
    const events = entries.map(({ event }) => event)
    const ends = await applyEvents(handlers, type, events)
    return ends.map((end, index) => ({
      entryId: entries[index]?.entryId,
      status: note(type, events[index] ?? {}, end) ? 'SUCCESS' : 'RETRY',
    }))
  }

  /**
   * Tries a dead letter once more, unless a handler here has refused the event itself: its app may have been away for all its
   * tries, as while it started anew, or the database was. `later`: that still is so.
   */
  const applyDead = async (delivered: Delivered): Promise<'applied' | 'later' | 'refused'> => {
    const type = typeOf(delivered)
    const failure = failureOf(delivered)
    if (type === 'unknown' || handlers[type] === undefined) return 'refused'
    if (failure !== undefined && !isOutage(failure)) return 'refused'
    if (await applyOne(type, delivered)) return 'applied'
    return isOutage(failureOf(delivered)) && isYoung(delivered) ? 'later' : 'refused'
  }

  return { applyOne, applyBulk, applyDead, failureOf, noteDead }
}

type Options = { log: Log; keepDeadLetter: (delivered: unknown, failure?: unknown) => Promise<void> }

/**
 * The routes by which a sidecar learns what this app listens to, and delivers it: busy topics in bulk, with a status for each
 * entry. What a handler refuses is answered so: the resiliency policy of the component `pubsub` repeats it, and what never
 * succeeds goes to the app's dead-letter topic, whose subscription is here too. What met no app or no database is
 * applied once they are there, for an hour; the others go to `keepDeadLetter`, and one that cannot be kept is delivered again.
 */
export const subscriptions = (appId: string, handlers: EventHandlers, { log, keepDeadLetter }: Options) => {
  const { applyOne, applyBulk, applyDead, failureOf, noteDead } = createDelivery(handlers, log)

  return new Hono()
    .get('/dapr/subscribe', (c) => c.json(subscriptionsTo(eventTypesOf(handlers), `dead-letter.${appId}`)))
    .use('/events/*', sidecarOnly)
    .use('/dead-letters', sidecarOnly)
    .post('/events/:type', async (c) => {
      const type = c.req.param('type')
      const delivered: Delivered | BulkDelivered = await c.req.json()
      const isKnown = isEventType(type) && handlers[type] !== undefined
      if ('entries' in delivered) {
        const { entries } = delivered
        return c.json({
          statuses: isKnown
            ? await applyBulk(type, delivered)
            : entries.map(({ entryId }) => ({ entryId, status: 'DROP' })),
        })
      }
      if (!isKnown) return c.json({ status: 'DROP' })
      return (await applyOne(type, delivered)) ? c.json({ status: 'SUCCESS' }) : c.json({ status: 'RETRY' }, 500)
    })
    .post('/dead-letters', async (c) => {
      const delivered: Delivered = await c.req.json()
      const end = await applyDead(delivered)
      if (end === 'later') return c.body(null, 500)
      if (end === 'applied') return c.json({ status: 'SUCCESS' })
      await keepDeadLetter(delivered, failureOf(delivered))
      noteDead(delivered)
      return c.json({ status: 'SUCCESS' })
    })
}
