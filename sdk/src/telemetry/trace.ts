import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { parseTraceParent } from '@opentelemetry/core'
import { AlwaysOffSampler, RandomIdGenerator, TracerProvider as SdkTracerProvider } from '@opentelemetry/sdk-trace'
import { CustomError } from '../errors.ts'

export { type Span, SpanKind, SpanStatusCode }

type SpanOptions = {
  kind?: SpanKind
  /** never what a person typed: no password, token, card or code */
  attributes?: Attributes
  /** the caller's W3C `traceparent` header; one that is none begins a new trace */
  traceparent?: string | null | undefined
  /** begins a trace of its own, whatever is going on */
  isRoot?: boolean
}

// Of the whole process, since a bundle may hold this file twice: the second registration changes nothing.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
// Until somebody collects spans they are ids alone, which logs, errors and sidecars carry: nothing is recorded.
trace.setGlobalTracerProvider(new SdkTracerProvider({ sampler: new AlwaysOffSampler() }))

const tracer = () => trace.getTracer('fairpass')
const ids = new RandomIdGenerator()

/** From now on spans go to `provider`. */
export const recordWith = (provider: TracerProvider) => {
  trace.disable()
  trace.setGlobalTracerProvider(provider)
}

const parentOf = ({ traceparent, isRoot }: SpanOptions): Context => {
  if (isRoot) return ROOT_CONTEXT
  if (traceparent === undefined) return context.active()
  const remote = parseTraceParent(traceparent ?? '')
  return remote ? trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true }) : ROOT_CONTEXT
}

/** Only the kind of an error: its words may hold what somebody typed. */
const note = (span: Span, error: unknown) => {
  const isShown = error instanceof CustomError
  span.setAttribute('error.type', isShown ? error.code : error instanceof Error ? error.name : typeof error)
  if (!isShown || error.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
}

/** Does `work` within a span, which ends with it; where nothing collects spans, within a trace id alone. */
export const inSpan = <T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> => {
  const parent = parentOf(options)
  const { kind = SpanKind.INTERNAL, attributes = {} } = options
  const span = tracer().startSpan(name, { kind, attributes }, parent)
  return context.with(trace.setSpan(parent, span), async () => {
    try {
      return await work(span)
    } catch (error) {
      note(span, error)
      throw error
    } finally {
      span.end()
    }
  })
}

/** Begins a span within the one that is going on; undefined where that isn't recorded. The caller must end it. */
export const beginSpan = (name: string, kind: SpanKind, attributes: Attributes): Span | undefined =>
  trace.getActiveSpan()?.isRecording() ? tracer().startSpan(name, { kind, attributes }) : undefined

/** Does `work` within a trace id of its own, of which nothing is recorded: for what happens all the time and finds nothing. */
export const unrecorded = <T>(work: () => T): T => {
  const spanContext = { traceId: ids.generateTraceId(), spanId: ids.generateSpanId(), traceFlags: TraceFlags.NONE }
  return context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), work)
}

/** The W3C `traceparent` of a span (Trace Context, 3.2). */
export const traceparentOf = (span: Span): string => {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

/** The trace of a W3C `traceparent`; undefined when it is none. */
export const traceIdOf = (traceparent: string): string | undefined => parseTraceParent(traceparent)?.traceId

/** The trace that this code runs in; undefined outside any request, event or reminder. */
export const currentTrace = () => {
  const span = trace.getActiveSpan()
  return span && { traceId: span.spanContext().traceId, traceparent: traceparentOf(span) }
}
