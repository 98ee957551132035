import { Hono } from 'hono'
import { sidecarOnly } from '../http/app.ts'
import type { Log } from '../telemetry/log.ts'
import { eventsAppliedTotal } from '../telemetry/metrics.ts'
import { inSpan, SpanKind } from '../telemetry/trace.ts'
import { type EventType, type FairpassEvent, isEventType, parseEvent } from './events.ts'

export type EventHandlers = { [T in EventType]?: (event: FairpassEvent<T>) => Promise<void> }

const types = (handlers: EventHandlers) => Object.keys(handlers).filter(isEventType)

/** Applies one delivered event; throws what its handler throws, or when the event breaks its contract. */
export const applyEvent = (handlers: EventHandlers, type: EventType, delivered: unknown): Promise<void> =>
  inSpan(`apply ${type}`, { kind: SpanKind.CONSUMER }, async () => {
    // The handler and the event belong to one type, which a lookup by a union cannot tell the compiler.
    const handle = handlers[type] as ((event: FairpassEvent) => Promise<void>) | undefined
    await handle?.(parseEvent(type, delivered))
  })

/** The handlers of both, where both listen to a type the first's before the second's. */
export const composeHandlers = (first: EventHandlers, second: EventHandlers): EventHandlers =>
  Object.fromEntries(
    [...new Set([...types(first), ...types(second)])].map((type) => [
      type,
      async (event: FairpassEvent) => {
        for (const handlers of [first, second]) {
          const handle = handlers[type] as ((event: FairpassEvent) => Promise<void>) | undefined
          await handle?.(event)
        }
      },
    ]),
  )

/** How many failures are remembered until their event is applied or given up. */
const maxFailures = 1_000

type Delivered = { id?: unknown; type?: unknown }

const typeOf = ({ type }: Delivered) => (typeof type === 'string' && isEventType(type) ? type : 'unknown')

/**
 * The routes by which a sidecar learns what this app listens to, and delivers it. A handler that throws answers 500: the
 * resiliency policy of the component `pubsub` repeats it, and what never succeeds goes to the app's dead-letter topic,
 * whose subscription is here too and keeps each in `keepDeadLetter`; one that cannot be kept is delivered again.
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

  return new Hono()
    .get('/dapr/subscribe', (c) =>
      c.json([
        ...types(handlers).map((type) => ({
          pubsubname: 'pubsub',
          topic: type,
          route: `/events/${type}`,
          deadLetterTopic,
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
      if (!isEventType(type) || !handlers[type]) return c.json({ status: 'DROP' })
      const delivered: Delivered = await c.req.json()
      try {
        await applyEvent(handlers, type, delivered)
        failures.delete(delivered.id)
        eventsAppliedTotal.inc({ type, outcome: 'applied' })
        return c.json({ status: 'SUCCESS' })
      } catch (error) {
        eventsAppliedTotal.inc({ type, outcome: 'failed' })
        noteFailure(delivered, error)
        log.warn({ err: error, event: type }, 'event not applied; the sidecar delivers it again')
        return c.json({ status: 'RETRY' }, 500)
      }
    })
    .post('/dead-letters', async (c) => {
      const delivered: Delivered = await c.req.json()
      await keepDeadLetter(delivered, failures.get(delivered.id))
      failures.delete(delivered.id)
      eventsAppliedTotal.inc({ type: typeOf(delivered), outcome: 'dead' })
      return c.json({ status: 'SUCCESS' })
    })
}
