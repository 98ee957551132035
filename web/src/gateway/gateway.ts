import { runtime } from '@fairpass/sdk/runtime'
import { inSpan, SpanKind, traceparentOf } from '@fairpass/sdk/telemetry/trace'
import { BodyTooLarge, readBody } from './body.ts'
import { type Origin, requestHeaders, responseHeaders } from './headers.ts'
import { problem } from './problem.ts'
import { isSecret, maxBodyBytesOf, routeOf } from './route.ts'
import { isCrossSite, isOfOtherAddress } from './same-origin.ts'
import { isSidecarError, sidecarReason } from './sidecar-error.ts'
import { traceOf, unsampled } from './trace.ts'

export type GatewayOptions = Origin & {
  daprEndpoint: string
  /** From the first byte of the request to the last of the answer; an event stream is bound only until it opens. */
  timeoutMs?: number
  /** How long a read may take until its answer begins. */
  readOpensWithinMs?: number
  /** What is told of a service that could not be asked, beside the answer that hides why. */
  onUnavailable?: (failure: { app: string; method: string; traceId: string; reason: string }) => void
}

export type Gateway = (request: Request, peer: string | undefined) => Promise<Response>

const defaultTimeoutMs = 30_000
/**
 * A read that has not begun to answer by then never will: its sidecar goes on calling an address that nothing listens on any
 * more, which gRPC gives up only after 20 s. A write may be waiting for Stripe.
 */
const defaultReadOpensWithinMs = 12_000

const isEventStream = (response: Response): boolean =>
  response.headers.get('content-type')?.startsWith('text/event-stream') ?? false

/** What is passed on whole: a stream costs more than so many bytes. */
const bufferedMaxBytes = 64 * 1024

const isShort = (response: Response): boolean =>
  Number(response.headers.get('content-length') ?? Number.POSITIVE_INFINITY) <= bufferedMaxBytes

type Bounds = { timeoutMs: number; readOpensWithinMs: number }

/** Ends a call when its visitor leaves, or when it takes too long. */
const boundedCall = ({ method, signal: visitor }: Request, { timeoutMs, readOpensWithinMs }: Bounds) => {
  const call = new AbortController()
  const abort = () => call.abort()
  visitor.addEventListener('abort', abort, { once: true })
  const isRead = method === 'GET' || method === 'HEAD'
  let timer = setTimeout(abort, isRead ? Math.min(readOpensWithinMs, timeoutMs) : timeoutMs)
  return {
    call,
    /** The answer has begun. */
    opened: () => {
      clearTimeout(timer)
      timer = setTimeout(abort, timeoutMs)
    },
    /** From here on it may take as long as it likes. */
    lift: () => clearTimeout(timer),
    finish: () => {
      clearTimeout(timer)
      visitor.removeEventListener('abort', abort)
    },
  }
}

type BoundedCall = ReturnType<typeof boundedCall>

type Invocation = {
  peer: string | undefined
  url: URL
  route: NonNullable<ReturnType<typeof routeOf>>
  trace: ReturnType<typeof traceOf>
  body: Awaited<ReturnType<typeof readBody>>
  signal: AbortSignal
}

const createInvoke =
  (daprEndpoint: string, origin: Origin) =>
  (request: Request, { peer, url, route, trace, body, signal }: Invocation) =>
    inSpan(`invoke ${route.app}`, { kind: SpanKind.CLIENT, traceparent: trace.traceparent }, async (span) => {
      // Sidecars write down the paths of what they record.
      const traceparent = isSecret(url) ? unsampled(traceparentOf(span)) : traceparentOf(span)
      const answered = await runtime.fetchToRelay(
        `${daprEndpoint}/v1.0/invoke/${route.app}/method/${route.path}${url.search}`,
        {
          method: request.method,
          headers: requestHeaders(request.headers, peer, { ...trace, traceparent }, origin),
          redirect: 'manual',
          signal,
          ...(body === undefined ? {} : { body }),
        },
      )
      span.setAttribute('http.response.status_code', answered.status)
      return answered
    })

/** Passes /api/* on to the service that owns it, through the sidecar, and changes nothing on the way. */
export const createGateway = ({
  daprEndpoint,
  timeoutMs = defaultTimeoutMs,
  readOpensWithinMs = defaultReadOpensWithinMs,
  onUnavailable = () => {},
  ...origin
}: GatewayOptions): Gateway => {
  const bounds = { timeoutMs, readOpensWithinMs }
  const invoke = createInvoke(daprEndpoint, origin)

  return async (request, peer) => {
    const trace = traceOf(request.headers.get('traceparent'))
    const url = new URL(request.url)
    const route = routeOf(url.pathname)
    if (route === undefined) return problem('not_found', trace.traceId)
    if (isCrossSite(request, origin.publicOrigin)) {
      const message = `Fairpass is at ${origin.publicOrigin}; nothing can be sent from a page at another address`
      return problem('forbidden', trace.traceId, isOfOtherAddress(request) ? message : undefined)
    }

    const bounded = boundedCall(request, bounds)
    const { call, finish } = bounded
    const unavailable = (reason: string) => {
      onUnavailable({ app: route.app, method: request.method, traceId: trace.traceId, reason })
      return problem('service_unavailable', trace.traceId)
    }
    try {
      const body = await readBody(request, call.signal, maxBodyBytesOf(url.pathname))
      const answer = await invoke(request, { peer, url, route, trace, body, signal: call.signal })
      bounded.opened()
      if (await isSidecarError(answer)) {
        const reason = await sidecarReason(answer)
        finish()
        return unavailable(reason)
      }
      return await relay(answer, bounded)
    } catch (error) {
      finish()
      if (error instanceof BodyTooLarge) return problem('body_too_large', trace.traceId)
      return unavailable(request.signal.aborted ? 'the visitor has left' : String(error))
    }
  }
}

/** The service's answer, whole where it is short. */
const relay = async (answer: Response, { call, lift, finish }: BoundedCall): Promise<Response> => {
  const headers = responseHeaders(answer.headers)
  const { status, statusText } = answer
  if (answer.body === null) {
    finish()
    return new Response(null, { status, statusText, headers })
  }
  if (isShort(answer)) {
    const bytes = await answer.arrayBuffer()
    finish()
    return new Response(bytes, { status, statusText, headers })
  }
  if (isEventStream(answer)) lift()
  return new Response(relayBody(answer.body, call, finish), { status, statusText, headers })
}

/** The service's bytes as they come; a visitor who leaves ends the call behind. */
const relayBody = (body: ReadableStream<Uint8Array>, call: AbortController, finish: () => void) => {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        finish()
        controller.close()
      } catch (error) {
        finish()
        controller.error(error)
      }
    },
    cancel() {
      finish()
      call.abort()
    },
  })
}
