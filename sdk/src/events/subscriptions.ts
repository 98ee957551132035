import { Hono } from 'hono'
import * as v from 'valibot'
import { sidecarOnly } from '../http/app.ts'
import type { Log } from '../telemetry/log.ts'
import { eventsAppliedTotal } from '../telemetry/metrics.ts'
import { currentTrace, inSpan, SpanKind, traceIdOf } from '../telemetry/trace.ts'
import { type EventType, type FairpassEvent, isEventType, parseEvent } from './events.ts'

/** Applies one event; throws when that failed. */
type Handler<T extends EventType> = (event: FairpassEvent<T>) => Promise<void>
/** Applies what came together; tells of each event, in the same order, how it ended. */
type BatchHandler<T extends EventType> = {
  batch: (events: FairpassEvent<T>[]) => Promise<PromiseSettledResult<unknown>[]>
}
export type EventHandlers = { [T in EventType]?: Handler<T> | BatchHandler<T> }

const types = (handlers: EventHandlers) => Object.keys(handlers).filter(isEventType)

/** Handler and events belong to one type, which a lookup by a union cannot tell the compiler. */
const handlerOf = (handlers: EventHandlers, type: EventType) =>
  handlers[type] as Handler<EventType> | BatchHandler<EventType> | undefined

const applyBatch = async (
  handler: Handler<EventType> | BatchHandler<EventType> | undefined,
  events: FairpassEvent[],
): Promise<PromiseSettledResult<unknown>[]> => {
  if (!handler || events.length === 0) return events.map(() => ({ status: 'fulfilled', value: undefined }))
  if (typeof handler === 'function') return Promise.allSettled(events.map((event) => handler(event)))
  return handler.batch(events).catch((reason: unknown) => events.map(() => ({ status: 'rejected', reason })))
}

const Traced = v.object({ traceparent: v.string() })

/** The trace of what caused an event, the first of those that came together; undefined where the sidecar delivers within it already. */
const traceparentIn = (delivered: unknown): string | undefined => {
  const { output, success } = v.safeParse(Traced, delivered)
  const isDeliveredWithin = success && currentTrace()?.traceId === traceIdOf(output.traceparent)
  return success && !isDeliveredWithin && traceIdOf(output.traceparent) !== undefined ? output.traceparent : undefined
}

/** Applies one delivered event; throws what its handler throws, or when the event breaks its contract. */
export const applyEvent = (handlers: EventHandlers, type: EventType, delivered: unknown): Promise<void> =>
  inSpan(`apply ${type}`, { kind: SpanKind.CONSUMER, traceparent: traceparentIn(delivered) }, async () => {
    const [end] = await applyBatch(handlerOf(handlers, type), [parseEvent(type, delivered)])
    if (end?.status === 'rejected') throw end.reason
  })

/** The handlers of both, where both listen to a type the first's before the second's. */
export const composeHandlers = (first: EventHandlers, second: EventHandlers): EventHandlers =>
  Object.fromEntries(
    [...new Set([...types(first), ...types(second)])].map((type) => {
      const [one, other] = [handlerOf(first, type), handlerOf(second, type)]
      if (!one || !other) return [type, one ?? other]
      return [
        type,
        async (event: FairpassEvent) => {
          for (const handler of [one, other]) {
            const [end] = await applyBatch(handler, [event])
            if (end?.status === 'rejected') throw end.reason
          }
        },
      ]
    }),
  )

/** How many failures are remembered until their event is applied or given up. */
const maxFailures = 1_000

type Delivered = { id?: unknown; type?: unknown }
type BulkDelivered = { entries: { entryId: string; event: Delivered }[] }

const typeOf = ({ type }: Delivered) => (typeof type === 'string' && isEventType(type) ? type : 'unknown')

/** What every purchase and every listing causes is many; the rest is delivered one by one, without waiting for others. */
const busyTypes: ReadonlySet<EventType> = new Set<EventType>([
  'order.created',
  'order.cancelled',
  'order.completed',
  'payment.captured',
  'ticket.created',
])

/**
 * How the sidecar gathers the events of a busy topic: at most so many, for at most so long (in milliseconds). Each such topic
 * costs a sidecar a look in that time, also when there is nothing.
 */
const bulkSubscribe = { enabled: true, maxMessagesCount: 100, maxAwaitDurationMs: 200 }

/**
 * The routes by which a sidecar learns what this app listens to, and delivers it: busy topics in bulk, with a status for each
 * entry. What a handler refuses is answered so: the resiliency policy of the component `pubsub` repeats it, and what never
 * succeeds goes to the app's dead-letter topic, whose subscription is here too and keeps each in `keepDeadLetter`; one that
 * cannot be kept is delivered again.
 */
export const subscriptions = (
  appId: string,
  handlers: EventHandlers,
  { log, keepDeadLetter }: { log: Log; keepDeadLetter: (delivered: unknown, failure?: unknown) => Promise<void> },
) => {
  const deadLetterTopic = `dead-letter.${appId}`
  /** Why events were last not applied, as far as this process saw it; the oldest are forgotten. */
  const failures = new Map<unknown, unknown>()
  const noteFailure = ({ id }: Delivered, error: unknown) => {
    failures.set(id, error)
    const [oldest] = failures.keys()
    if (failures.size > maxFailures) failures.delete(oldest)
  }

  /** Whether it was applied; what was not is delivered again. */
  const note = (type: EventType, delivered: Delivered, end: PromiseSettledResult<unknown>): boolean => {
    if (end.status === 'fulfilled') {
      failures.delete(delivered.id)
      eventsAppliedTotal.inc({ type, outcome: 'applied' })
      return true
    }
    eventsAppliedTotal.inc({ type, outcome: 'failed' })
    noteFailure(delivered, end.reason)
    log.warn({ err: end.reason, event: type }, 'event not applied; the sidecar delivers it again')
    return false
  }

  /** Those that break their contract fail by themselves, and keep no other from being applied. */
  const applyAll = async (type: EventType, all: Delivered[]): Promise<PromiseSettledResult<unknown>[]> => {
    const parsed = await Promise.allSettled(all.map(async (delivered) => parseEvent(type, delivered)))
    const events = parsed.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const traceparent = traceparentIn(all[0])
    const ends = await inSpan(`apply ${type}`, { kind: SpanKind.CONSUMER, traceparent }, () =>
      applyBatch(handlerOf(handlers, type), events),
    )
    return parsed.map((one) => (one.status === 'rejected' ? one : (ends.shift() as PromiseSettledResult<unknown>)))
  }

  return new Hono()
    .get('/dapr/subscribe', (c) =>
      c.json([
        ...types(handlers).map((type) => ({
          pubsubname: 'pubsub',
          topic: type,
          route: `/events/${type}`,
          deadLetterTopic,
          ...(busyTypes.has(type) ? { bulkSubscribe } : {}),
        })),
        ...(types(handlers).length > 0
          ? [{ pubsubname: 'dead-letters', topic: deadLetterTopic, route: '/dead-letters' }]
          : []),
      ]),
    )
    .use('/events/*', sidecarOnly)
    .use('/dead-letters', sidecarOnly)
    .post('/events/:type', async (c) => {
      const type = c.req.param('type')
      const delivered: Delivered | BulkDelivered = await c.req.json()
      if ('entries' in delivered) {
        const { entries } = delivered
        if (!isEventType(type) || !handlers[type])
          return c.json({ statuses: entries.map(({ entryId }) => ({ entryId, status: 'DROP' })) })
        const events = entries.map(({ event }) => event)
        const ends = await applyAll(type, events)
        const statuses = ends.map((end, index) => ({
          entryId: entries[index]?.entryId,
          status: note(type, events[index] ?? {}, end) ? 'SUCCESS' : 'RETRY',
        }))
        return c.json({ statuses })
      }
      if (!isEventType(type) || !handlers[type]) return c.json({ status: 'DROP' })
      const [end] = await applyAll(type, [delivered])
      return end && note(type, delivered, end) ? c.json({ status: 'SUCCESS' }) : c.json({ status: 'RETRY' }, 500)
    })
    .post('/dead-letters', async (c) => {
      const delivered: Delivered = await c.req.json()
      await keepDeadLetter(delivered, failures.get(delivered.id))
      failures.delete(delivered.id)
      eventsAppliedTotal.inc({ type: typeOf(delivered), outcome: 'dead' })
      return c.json({ status: 'SUCCESS' })
    })
}
