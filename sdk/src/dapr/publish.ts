import * as v from 'valibot'
import { ServiceUnavailableError } from '../errors.ts'
import { dataSchemaOf, type FairpassEvent } from '../events/events.ts'
import { eventsPublishedTotal } from '../telemetry/metrics.ts'
import { failure, type Sidecar } from './sidecar.ts'

/** Which entries of a bulk publish did not go out. */
const BulkRefusal = v.object({
  failedEntries: v.optional(v.array(v.object({ entryId: v.string(), error: v.optional(v.string(), '') })), []),
})

/** How many events one call publishes at most: well below the sidecar's bound on a body. */
const maxBulk = 100

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))

const cloudEventOf = (event: FairpassEvent) => ({
  specversion: '1.0',
  id: event.id,
  source: 'fairpass',
  type: event.type,
  time: event.time,
  datacontenttype: 'application/json',
  dataschema: dataSchemaOf(event.type),
  // A sidecar without tracing would overwrite them with empty values.
  ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent, traceid: event.traceparent }),
  data: event.data,
})

const createPublish =
  ({ call }: Sidecar) =>
  async (event: FairpassEvent): Promise<void> => {
    const answer = await call(`publish ${event.type}`, `publish/pubsub/${event.type}`, {
      method: 'POST',
      body: JSON.stringify(cloudEventOf(event)),
      headers: { 'content-type': 'application/cloudevents+json' },
    })
    if (!answer.ok) throw failure(`publish ${event.type}`, answer)
    eventsPublishedTotal.inc({ type: event.type })
  }

/** @returns why each entry that was refused was, by its event's id */
const createPublishBulk =
  ({ callJson }: Sidecar) =>
  async (type: string, events: readonly FairpassEvent[]): Promise<[string, unknown][]> => {
    const entries = events.map((event) => ({
      entryId: event.id,
      contentType: 'application/cloudevents+json',
      event: cloudEventOf(event),
    }))
    const answer = await callJson(`publish ${type}`, `publish/bulk/pubsub/${type}`, 'POST', entries)
    if (answer.ok) {
      eventsPublishedTotal.inc({ type }, events.length)
      return []
    }
    const refused = v.safeParse(v.pipe(v.string(), v.parseJson(), BulkRefusal), answer.text)
    if (!refused.success || refused.output.failedEntries.length === 0) throw failure(`publish ${type}`, answer)
    const failed = refused.output.failedEntries.map(({ entryId, error }): [string, unknown] => [
      entryId,
      new ServiceUnavailableError(undefined, { cause: new Error(`publish ${type}: ${error}`) }),
    ])
    eventsPublishedTotal.inc({ type }, events.length - failed.length)
    return failed
  }

/** Publishes events under their types as topics, as the CloudEvents that they are. */
export const createPublishing = (sidecar: Sidecar) => {
  const publish = createPublish(sidecar)
  const publishBulk = createPublishBulk(sidecar)

  return {
    publish,

    /**
     * Publishes events, those of one topic together, up to a hundred in one call.
     * @returns why each event that did not go out did not, by the event's id
     */
    publishAll: async (events: readonly FairpassEvent[]): Promise<Map<string, unknown>> => {
      const failures = new Map<string, unknown>()
      const fail = (some: readonly FairpassEvent[]) => (error: unknown) => {
        for (const { id } of some) failures.set(id, error)
      }
      const byType = Map.groupBy(events, ({ type }) => type)
      await Promise.all(
        [...byType].flatMap(([type, ofType]) =>
          chunks(ofType, maxBulk).map(async (some) => {
            const [only] = some
            if (some.length === 1 && only) return publish(only).catch(fail(some))
            const failed = await publishBulk(type, some).catch(fail(some))
            for (const [id, error] of failed ?? []) failures.set(id, error)
          }),
        ),
      )
      return failures
    },
  }
}
