import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What this process counts and measures, in the form that Prometheus asks for. Labels take few values each: never an id. */
export const metrics = new Registry()

type Labels<L extends string> = { help: string; labels?: readonly L[] }

/** How often something happened since the process began. */
export const counter = <L extends string = never>(name: string, { help, labels = [] }: Labels<L>): Counter<L> =>
  new Counter({ name: `fairpass_${name}`, help, labelNames: labels, registers: [metrics] })

/** How many there are now. */
export const gauge = <L extends string = never>(name: string, { help, labels = [] }: Labels<L>): Gauge<L> =>
  new Gauge({ name: `fairpass_${name}`, help, labelNames: labels, registers: [metrics] })

/** How long something took, in seconds; `buckets` are the bounds of the histogram. */
export const histogram = <L extends string = never>(
  name: string,
  { help, labels = [], buckets }: Labels<L> & { buckets: number[] },
): Histogram<L> => new Histogram({ name: `fairpass_${name}`, help, labelNames: labels, buckets, registers: [metrics] })

/** From a sidecar's hop to the longest that a buyer waits for a payment. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Anybody may make up a method; what is counted by them must stay few. */
export const methodName = (method: string): string =>
  ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(method) ? method : 'OTHER'

export const httpRequestSeconds = histogram('http_request_seconds', {
  help: 'How long requests took, by the pattern of their route and the status of their answer',
  labels: ['method', 'route', 'status'],
  buckets: requestBuckets,
})

export const loopFailuresTotal = counter('loop_failures_total', {
  help: 'Rounds of a loop that failed; the next one tries again',
  labels: ['loop'],
})

export const eventsPublishedTotal = counter('events_published_total', {
  help: 'Events that the broker took, by their type; one that is told again counts again',
  labels: ['type'],
})

export const eventsAppliedTotal = counter('events_applied_total', {
  help: 'Deliveries of events, by their type and whether they were applied, failed, or were given up as dead letters',
  labels: ['type', 'outcome'],
})

export const rateLimitedTotal = counter('rate_limited_total', {
  help: 'Requests that a limit refused',
  labels: ['limit'],
})

export const outboxPending = gauge('outbox_pending', {
  help: 'Documents of a collection whose events are not published yet, counted up to a thousand',
  labels: ['collection'],
})

export const outboxOldestSeconds = gauge('outbox_oldest_seconds', {
  help: 'How long the oldest event that is not published has waited',
  labels: ['collection'],
})

export const deadLettersKept = gauge('dead_letters', {
  help: 'Events that were given up and wait for somebody to look',
})

export const invariantViolations = gauge('invariant_violations', {
  help: 'How often something is so that must never be so, by what it is',
  labels: ['invariant'],
})
