import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { recordWith } from './trace.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** How long spans wait to be sent together, and how long a collector may take, in milliseconds. */
const sendEveryMs = 1_000
const sendWithinMs = 3_000

/** Where spans go, by the names that OpenTelemetry gives these variables; undefined: nobody wants them. */
const endpointOf = (env: Environment): string | undefined =>
  env.OTEL_SDK_DISABLED === 'true'
    ? undefined
    : env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT || undefined

/** The share of new traces that is recorded, from 0 to 1 (OTEL_TRACES_SAMPLER_ARG); what a caller began goes by the caller's. */
const ratioOf = (env: Environment): number => {
  const ratio = Number(env.OTEL_TRACES_SAMPLER_ARG || 1)
  return ratio >= 0 && ratio <= 1 ? ratio : 1
}

/**
 * Records spans and sends them to the collector that the environment names, over OTLP as protobuf on HTTP. Without one
 * nothing is loaded and nothing recorded. Headers, compression and resource attributes come from OpenTelemetry's own variables.
 * @returns whether spans are recorded, and what sends those that still wait, within three seconds
 */
export const startTracing = async (service: string, env: Environment) => {
  if (endpointOf(env) === undefined) return { isOn: false, stop: async () => {} }
  const [sdk, resources, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
  ])
  const exporter = new OTLPTraceExporter({ timeoutMillis: sendWithinMs })
  const sending: SpanProcessor = new sdk.BatchSpanProcessor({
    exporter,
    scheduledDelayMillis: sendEveryMs,
    exportTimeoutMillis: sendWithinMs,
  })
  const own = { 'service.name': service, 'service.namespace': 'fairpass', 'process.pid': process.pid }
  const provider = new sdk.TracerProvider({
    resource: resources
      .defaultResource()
      .merge(resources.resourceFromAttributes(own))
      .merge(resources.detectResources({ detectors: [resources.resourceAttributesEnvDetector] })),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratioOf(env)) }),
    spanProcessors: [sending],
  })
  recordWith(provider)
  return { isOn: true, stop: () => provider.shutdown().catch(() => {}) }
}
