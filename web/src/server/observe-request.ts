import { gauge, httpRequestSeconds, methodName } from '@fairpass/sdk/telemetry/metrics'
import { inSpan, type Span, SpanKind, SpanStatusCode, traceparentOf, unrecorded } from '@fairpass/sdk/telemetry/trace'
import { traceOf } from '../gateway/trace.ts'
import { routeName } from './route-name.ts'

export const liveStreams = gauge('live_streams', { help: 'Open pages that are told of changes as they happen' })

/**
 * One request, in the span of which everything happens that is done for it, the services' spans included; and how long it
 * took. Of probes nothing is kept.
 */
export const observeRequest = async (
  request: Request,
  pathname: string,
  work: () => Promise<Response>,
): Promise<Response> => {
  if (pathname === '/healthz' || pathname === '/readyz') return unrecorded(work)
  const startedAt = performance.now()
  const method = methodName(request.method)
  const route = routeName(pathname)
  const response = await inRequestSpan(request, { method, route }, work)
  httpRequestSeconds.observe({ method, route, status: response.status }, (performance.now() - startedAt) / 1000)
  return response
}

const inRequestSpan = (
  { headers }: Request,
  { method, route }: { method: string; route: string },
  work: () => Promise<Response>,
) => {
  const attributes = { 'http.request.method': method, 'http.route': route }
  const continued = traceOf(headers.get('traceparent'))
  const traceparent = continued.isContinued ? continued.traceparent : null
  const options = { kind: SpanKind.SERVER, traceparent, attributes }
  return inSpan(`${method} ${route}`, options, async (span: Span) => {
    headers.set('traceparent', traceparentOf(span))
    if (!continued.isContinued) headers.delete('tracestate')
    const response = await work()
    span.setAttribute('http.response.status_code', response.status)
    if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    return response
  })
}
