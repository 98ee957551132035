import * as v from 'valibot'
import { ServiceUnavailableError } from '../errors.ts'
import { runtime } from '../runtime/index.ts'
import { inSpan, SpanKind, SpanStatusCode, traceparentOf } from '../telemetry/trace.ts'
import { type DaprAddress, endpointOf } from './endpoint.ts'

export type SidecarOptions = DaprAddress & {
  /** shown to the sidecar (DAPR_API_TOKEN); without one the sidecar asks for none */
  apiToken?: string | undefined
  /** bound on each call, in milliseconds */
  timeoutMs?: number
}

/** What came back, with its body read within the bound. */
export type Answer = { status: number; ok: boolean; headers: Headers; text: string }

/** @throws ServiceUnavailableError when the other side does not say what it should: it may run another version */
export const parsed = <S extends v.GenericSchema>(schema: S, text: string): v.InferOutput<S> => {
  try {
    return v.parse(schema, text === '' ? undefined : JSON.parse(text))
  } catch (error) {
    throw new ServiceUnavailableError(undefined, { cause: error })
  }
}

/** @returns the error for an answer that is none */
export const failure = (what: string, { status, text }: Answer) =>
  new ServiceUnavailableError(undefined, { cause: new Error(`${what}: ${status} ${text}`) })

/** Calls of the sidecar's HTTP API: each bounded in time, and within the current trace. */
export const createSidecar = ({ apiToken, timeoutMs = 5_000, ...place }: SidecarOptions) => {
  const fetchWithin = async (path: string, init: RequestInit, headers: Headers, boundMs: number): Promise<Answer> => {
    if (apiToken) headers.set('dapr-api-token', apiToken)
    try {
      const signal = AbortSignal.timeout(boundMs)
      const answer = await runtime.fetchOnce(`${endpointOf(place)}/v1.0/${path}`, { ...init, headers, signal })
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

  return { fetchWithin, call, callJson }
}

export type Sidecar = ReturnType<typeof createSidecar>
