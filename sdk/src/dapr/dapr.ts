import * as v from 'valibot'
import { type ErrorCode, RelayedProblemError, ServiceUnavailableError, statusByCode } from '../errors.ts'
import { dataSchemaOf, type FairpassEvent } from '../events/events.ts'
import { runtime } from '../runtime/index.ts'
import { eventsPublishedTotal } from '../telemetry/metrics.ts'
import { inSpan, SpanKind, SpanStatusCode, traceparentOf } from '../telemetry/trace.ts'

/** Where the Dapr API answers: at an address, or at a port of this machine. */
type Place = { endpoint: string } | { httpPort: number }

type Options = Place & {
  /** shown to the sidecar (DAPR_API_TOKEN); without one the sidecar asks for none */
  apiToken?: string | undefined
  /** bound on each call, in milliseconds */
  timeoutMs?: number
}

type Invocation = { method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; body?: unknown; timeoutMs?: number }
type Saving = {
  /** after which the state store may forget it; only for what may be lost */
  ttlSeconds?: number
  timeoutMs?: number
}

const codes = Object.keys(statusByCode) as [ErrorCode, ...ErrorCode[]]
const Problem = v.object({
  code: v.picklist(codes),
  errors: v.array(v.object({ message: v.string(), field: v.optional(v.string()) })),
})

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
  ...{ datacontenttype: 'application/json', dataschema: dataSchemaOf(event.type) },
  // A sidecar that traces nothing would blank them.
  ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent, traceid: event.traceparent }),
  data: event.data,
})

const BulkStates = v.array(v.object({ key: v.string(), data: v.optional(v.unknown()), error: v.optional(v.string()) }))

/** What came back, with its body read within the bound. */
type Answer = { status: number; ok: boolean; headers: Headers; text: string }

const relayedProblem = ({ headers, text }: Answer): RelayedProblemError | undefined => {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return undefined
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), Problem), text)
  if (!result.success) return undefined
  const errors = result.output.errors.map(({ message, field }) => (field ? { message, field } : { message }))
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN)
  return new RelayedProblemError(result.output.code, errors, Number.isFinite(retryAfter) ? retryAfter : undefined)
}

/** @throws ServiceUnavailableError when the other side does not say what it should: it may run another version */
const parsed = <S extends v.GenericSchema>(schema: S, text: string): v.InferOutput<S> => {
  try {
    return v.parse(schema, text === '' ? undefined : JSON.parse(text))
  } catch (error) {
    throw new ServiceUnavailableError(undefined, { cause: error })
  }
}

/**
 * The one seam between Fairpass and its sidecar: state with ETags, publishing, invocation, reminders, over Dapr's HTTP API.
 * Every call is bounded in time, carries the current trace, and fails with ServiceUnavailableError when the sidecar
 * or what stands behind it does not answer.
 */
export const createDapr = ({ apiToken, timeoutMs = 5_000, ...place }: Options) => {
  const endpoint = 'endpoint' in place ? place.endpoint : `http://127.0.0.1:${place.httpPort}`

  const fetchWithin = async (path: string, init: RequestInit, headers: Headers, boundMs: number): Promise<Answer> => {
    if (apiToken) headers.set('dapr-api-token', apiToken)
    try {
      const signal = AbortSignal.timeout(boundMs)
      const answer = await runtime.fetchOnce(`${endpoint}/v1.0/${path}`, { ...init, headers, signal })
      return { status: answer.status, ok: answer.ok, headers: answer.headers, text: await answer.text() }
    } catch (error) {
      throw new ServiceUnavailableError(undefined, { cause: error })
    }
  }

  /** @param what the span's name: which kind of call to whom, and no id */
  const call = (what: string, path: string, init: RequestInit = {}, boundMs = timeoutMs): Promise<Answer> =>
    inSpan(what, { kind: SpanKind.CLIENT }, async (span) => {
      const headers = new Headers(init.headers)
      headers.set('traceparent', traceparentOf(span))
      const answer = await fetchWithin(path, init, headers, boundMs)
      span.setAttribute('http.response.status_code', answer.status)
      if (answer.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      return answer
    })

  const callJson = (what: string, path: string, method: string, body: unknown, boundMs?: number) =>
    call(what, path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }, boundMs)

  const failure = (what: string, { status, text }: Answer) =>
    new ServiceUnavailableError(undefined, { cause: new Error(`${what}: ${status} ${text}`) })

  const pathOf = (key: string) => `state/statestore/${encodeURIComponent(key)}?consistency=strong`

  const publish = async (event: FairpassEvent): Promise<void> => {
    const answer = await call(`publish ${event.type}`, `publish/pubsub/${event.type}`, {
      method: 'POST',
      body: JSON.stringify(cloudEventOf(event)),
      headers: { 'content-type': 'application/cloudevents+json' },
    })
    if (!answer.ok) throw failure(`publish ${event.type}`, answer)
    eventsPublishedTotal.inc({ type: event.type })
  }

  /** @returns why each entry that was refused was, by its event's id */
  const publishBulk = async (type: string, events: readonly FairpassEvent[]): Promise<[string, unknown][]> => {
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

  return {
    /** True when the sidecar's outbound side is ready: components loaded, name resolution up. */
    isHealthy: async () => (await fetchWithin('healthz/outbound', {}, new Headers(), 1_000)).ok,

    /** True as long as there is a sidecar, ready or not. */
    isThere: () =>
      fetchWithin('healthz', {}, new Headers(), 1_000).then(
        () => true,
        () => false,
      ),

    /** The value under `key`, parsed by `schema`, with the ETag to write it back with; undefined when there is none. */
    getState: async <S extends v.GenericSchema>(key: string, schema: S, bound: { timeoutMs?: number } = {}) => {
      const answer = await call('get state', pathOf(key), {}, bound.timeoutMs)
      if (answer.status === 204) return undefined
      if (!answer.ok) throw failure(`read state ${key}`, answer)
      return { value: parsed(schema, answer.text), etag: answer.headers.get('etag') ?? '' }
    },

    /** The values under `keys` in one call, not yet parsed; a key that has none is not among them. */
    getStates: async (keys: readonly string[], bound: { timeoutMs?: number } = {}): Promise<Map<string, unknown>> => {
      const answer = await callJson('get states', 'state/statestore/bulk', 'POST', { keys }, bound.timeoutMs)
      if (!answer.ok) throw failure(`read states ${keys.join(', ')}`, answer)
      const items = parsed(BulkStates, answer.text)
      const failed = items.find(({ error }) => error !== undefined)
      if (failed) throw failure(`read state ${failed.key}`, { ...answer, text: failed.error ?? '' })
      return new Map(items.flatMap(({ key, data }) => (data === undefined || data === null ? [] : [[key, data]])))
    },

    /**
     * Writes `value` if nobody else wrote since `etag` was read, or at all when `etag` is undefined (first-write).
     * Redis answers 409 to a stale ETag but 500 to a second first write, so every refusal means: lost, read again.
     * @returns false when the write was refused
     */
    saveState: async (
      key: string,
      value: unknown,
      etag: string | undefined,
      { ttlSeconds, timeoutMs: boundMs }: Saving = {},
    ): Promise<boolean> => {
      const item = {
        key,
        value,
        ...(etag === undefined ? {} : { etag }),
        ...(ttlSeconds === undefined ? {} : { metadata: { ttlInSeconds: `${ttlSeconds}` } }),
        options: { concurrency: 'first-write', consistency: 'strong' },
      }
      const answer = await callJson('save state', 'state/statestore', 'POST', [item], boundMs)
      if (answer.ok) return true
      if (answer.status === 409) return false
      // A first write that came second finds the key there; a store that cannot write does not.
      const isTaken =
        answer.status === 500 &&
        etag === undefined &&
        (await call('get state', pathOf(key), {}, boundMs)).status === 200
      if (isTaken) return false
      throw failure(`save state ${key}`, answer)
    },

    /** Forgets `key`, whoever wrote it last. Never for what an ETag guards: a stale one would then succeed. */
    deleteState: async (key: string, bound: { timeoutMs?: number } = {}): Promise<void> => {
      const path = `state/statestore/${encodeURIComponent(key)}`
      const answer = await call('delete state', path, { method: 'DELETE' }, bound.timeoutMs)
      if (!answer.ok) throw failure(`delete state ${key}`, answer)
    },

    /** Publishes an event under its type as topic, as the CloudEvent that it is. */
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

    /**
     * Calls `path` of another service and parses its answer by `schema`.
     * @throws RelayedProblemError with what the other service said, ServiceUnavailableError when it did not answer
     */
    invoke: async <S extends v.GenericSchema>(
      appId: string,
      path: string,
      schema: S,
      { method = 'GET', body, timeoutMs: boundMs }: Invocation = {},
    ): Promise<v.InferOutput<S>> => {
      const json =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const answer = await call(`invoke ${appId}`, `invoke/${appId}/method/${path}`, { method, ...json }, boundMs)
      if (!answer.ok) throw relayedProblem(answer) ?? failure(`invoke ${appId}/${path}`, answer)
      return parsed(schema, answer.text)
    },

    /**
     * Registers a reminder of an actor that this app hosts: due at once when `dueAt` has passed, then once a `period`.
     * The same name again replaces it.
     * @param period an ISO 8601 or Go duration, such as `2s`
     */
    registerReminder: async (
      actorType: string,
      actorId: string,
      name: string,
      dueAt: Date,
      period: string,
    ): Promise<void> => {
      const dueMs = Math.max(0, dueAt.getTime() - Date.now())
      const path = `actors/${actorType}/${actorId}/reminders/${name}`
      const answer = await callJson('register reminder', path, 'POST', {
        dueTime: `${dueMs}ms`,
        period,
      })
      if (!answer.ok) throw failure(`register reminder ${actorType}/${actorId}/${name}`, answer)
    },

    /** Ends a reminder; one that is not there counts as ended. */
    endReminder: async (actorType: string, actorId: string, name: string): Promise<void> => {
      const path = `actors/${actorType}/${actorId}/reminders/${name}`
      const answer = await call('end reminder', path, { method: 'DELETE' })
      if (!answer.ok && answer.status !== 404) throw failure(`end reminder ${actorType}/${actorId}/${name}`, answer)
    },
  }
}

export type Dapr = ReturnType<typeof createDapr>
