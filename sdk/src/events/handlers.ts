import * as v from 'valibot'
import { currentTrace, inSpan, SpanKind, traceIdOf } from '../telemetry/trace.ts'
import { type EventType, type FairpassEvent, isEventType, parseEvent } from './events.ts'

/** Applies one event; throws when that failed. */
type Handler<T extends EventType> = (event: FairpassEvent<T>) => Promise<void>
/** Applies events that were delivered together; returns how each ended, in the same order. */
type BatchHandler<T extends EventType> = {
  batch: (events: FairpassEvent<T>[]) => Promise<PromiseSettledResult<unknown>[]>
}
export type EventHandlers = { [T in EventType]?: Handler<T> | BatchHandler<T> }

export const eventTypesOf = (handlers: EventHandlers) => Object.keys(handlers).filter(isEventType)

/** Handler and events belong to one type, but the compiler cannot see that in a lookup by a union. */
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

/** Applies what was delivered together. What breaks its contract fails by itself, and keeps no other from being applied. */
export const applyEvents = async (
  handlers: EventHandlers,
  type: EventType,
  delivered: readonly unknown[],
): Promise<PromiseSettledResult<unknown>[]> => {
  const parsed = await Promise.allSettled(delivered.map(async (one) => parseEvent(type, one)))
  const events = parsed.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const traceparent = traceparentIn(delivered[0])
  const ends = await inSpan(`apply ${type}`, { kind: SpanKind.CONSUMER, traceparent }, () =>
    applyBatch(handlerOf(handlers, type), events),
  )
  return parsed.map((one) => (one.status === 'rejected' ? one : (ends.shift() as PromiseSettledResult<unknown>)))
}

/** The handlers of both, where both listen to a type the first's before the second's. */
export const composeHandlers = (first: EventHandlers, second: EventHandlers): EventHandlers =>
  Object.fromEntries(
    [...new Set([...eventTypesOf(first), ...eventTypesOf(second)])].map((type) => {
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
