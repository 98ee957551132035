import { AsyncLocalStorage } from 'node:async_hooks'

type Trace = { traceId: string; traceparent: string }

const current = new AsyncLocalStorage<Trace>()

const hex = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')

/** The trace id of a W3C `traceparent` header, or undefined when it is not one (Trace Context, 3.2.2). */
const traceIdOf = (traceparent: string | undefined) => {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '')
  return match?.[1] === '0'.repeat(32) ? undefined : match?.[1]
}

/** Runs `work` within the trace that `traceparent` names, or within a new one. */
export const withTrace = <T>(traceparent: string | undefined, work: () => T): T => {
  const known = traceIdOf(traceparent)
  if (known && traceparent) return current.run({ traceId: known, traceparent }, work)
  const traceId = hex(16)
  return current.run({ traceId, traceparent: `00-${traceId}-${hex(8)}-01` }, work)
}

/** The trace that this code runs in; undefined outside any request, event or reminder. */
export const currentTrace = () => current.getStore()
