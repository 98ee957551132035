import type { Trace } from './trace.ts'

// RFC 9110, 7.6.1: these concern one connection only.
const hopByHopHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

// Set by this gateway alone; a visitor's value is dropped.
const gatewayHeaders = new Set(['forwarded', 'x-real-ip', 'host', 'content-length', 'expect', 'grpc-trace-bin'])

/** The headers that are passed on, each as `written` makes it; several cookies stay several. */
const passedOn = (
  headers: Headers,
  isDropped: (name: string) => boolean,
  written = (value: string) => value,
): Headers => {
  const kept = new Headers()
  const connection = headers.get('connection')
  const named = new Set(connection?.split(',').map((name) => name.trim().toLowerCase()))
  for (const [name, value] of headers)
    if (!hopByHopHeaders.has(name) && !named.has(name) && !isDropped(name)) kept.append(name, written(value))
  return kept
}

/** The nearest addresses that trusted proxies in front of us have written, and our own peer at the end. */
const forwardedFor = (written: string | null, peer: string | undefined, trustedProxies: number): string => {
  const hops = (written ?? '').split(',').map((hop) => hop.trim())
  const trusted = trustedProxies > 0 ? hops.slice(-trustedProxies) : []
  return [...trusted, peer ?? ''].filter((hop) => hop !== '').join(', ')
}

export type Origin = {
  publicOrigin: string
  daprApiToken: string | undefined
  trustedProxies: number
}

/**
 * Sidecars pass headers on as gRPC metadata, which is ASCII, and refuse a request with anything else in one; browsers send
 * whatever is in a cookie. Two values that differ stay so.
 */
const inAscii = (value: string): string =>
  value.replace(
    /[^\t\x20-\x7e]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )

/** What goes to the sidecar: a `dapr-*` header from outside could choose another app or forge the caller. */
export const requestHeaders = (headers: Headers, peer: string | undefined, trace: Trace, origin: Origin): Headers => {
  const kept = passedOn(
    headers,
    (name) => name.startsWith('dapr-') || name.startsWith('x-forwarded-') || gatewayHeaders.has(name),
    inAscii,
  )
  const publicUrl = new URL(origin.publicOrigin)
  kept.set('x-forwarded-for', forwardedFor(headers.get('x-forwarded-for'), peer, origin.trustedProxies))
  kept.set('x-forwarded-host', publicUrl.host)
  kept.set('x-forwarded-proto', publicUrl.protocol.slice(0, -1))
  kept.set('traceparent', trace.traceparent)
  if (!trace.isContinued) kept.delete('tracestate')
  // Without one, fetch would ask for compression that the visitor may not understand.
  if (!kept.has('accept-encoding')) kept.set('accept-encoding', 'identity')
  if (origin.daprApiToken) kept.set('dapr-api-token', origin.daprApiToken)
  return kept
}

/** What goes back to the visitor: the service's headers, several cookies included, without what Dapr adds. */
export const responseHeaders = (headers: Headers): Headers => passedOn(headers, (name) => name.startsWith('dapr-'))
