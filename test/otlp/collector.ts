import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import * as v from 'valibot'

const source = readFileSync(new URL('trace.proto', import.meta.url), 'utf8')
const Request = protobuf.parse(source).root.lookupType('otlp.ExportTraceServiceRequest')

const Value = v.record(v.string(), v.unknown())
const Attributes = v.optional(v.array(v.object({ key: v.string(), value: v.optional(Value) })), [])
const Span = v.looseObject({
  traceId: v.string(),
  spanId: v.string(),
  parentSpanId: v.optional(v.string(), ''),
  name: v.string(),
  kind: v.optional(v.number(), 0),
  attributes: Attributes,
})
const Exported = v.object({
  resourceSpans: v.array(
    v.object({
      resource: v.object({ attributes: Attributes }),
      scopeSpans: v.array(v.object({ scope: v.object({ name: v.string() }), spans: v.array(Span) })),
    }),
  ),
})

/** A span as it arrived: who recorded it, and everything that stands in it as text, to search in. */
export type SeenSpan = {
  traceId: string
  spanId: string
  /** empty at the root of a trace */
  parentId: string
  name: string
  /** the app, or the app beside which the sidecar stands */
  service: string
  isSidecars: boolean
  attributes: Record<string, string>
  text: string
}

const hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex')

const plain = (attributes: v.InferOutput<typeof Attributes>) =>
  Object.fromEntries(attributes.map(({ key, value = {} }) => [key, String(Object.values(value)[0] ?? '')]))

const spansIn = (bytes: Uint8Array): SeenSpan[] => {
  const decoded = Request.toObject(Request.decode(bytes), { bytes: String, longs: String })
  return v.parse(Exported, decoded).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentId: hex(span.parentSpanId),
        name: span.name,
        service: plain(resource.attributes)['service.name'] ?? '',
        isSidecars: scope.name === 'dapr-diagnostics',
        attributes: plain(span.attributes),
        text: JSON.stringify({ resource, scope, span }),
      })),
    ),
  )
}

/** A collector of OpenTelemetry in this process: what apps and sidecars really send, protobuf over HTTP. */
export const startCollector = () => {
  const spans: SeenSpan[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      if (new URL(request.url).pathname !== '/v1/traces') return new Response(null, { status: 404 })
      spans.push(...spansIn(await request.bytes()))
      return new Response(new Uint8Array(), { headers: { 'content-type': 'application/x-protobuf' } })
    },
  })
  return { endpoint: `http://127.0.0.1:${server.port}`, spans, stop: () => server.stop(true) }
}
