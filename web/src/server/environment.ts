import { DaprHttpEndpoint, daprEndpointOf } from '@fairpass/sdk/dapr/endpoint'
import * as v from 'valibot'

const Port = v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.maxValue(65_535))
const Seconds = v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number))
const Text = v.optional(v.pipe(v.string(), v.minLength(1)))

const Environment = v.object({
  APP_PORT: v.optional(Port),
  PORT: v.optional(Port),
  HOST: v.optional(v.pipe(v.string(), v.minLength(1)), '127.0.0.1'),
  DAPR_HTTP_PORT: v.optional(Port, '3500'),
  DAPR_HTTP_ENDPOINT: v.optional(DaprHttpEndpoint),
  METRICS_HOST: v.optional(v.pipe(v.string(), v.minLength(1)), '127.0.0.1'),
  METRICS_PORT: v.optional(Port),
  DAPR_API_TOKEN: Text,
  APP_API_TOKEN: Text,
  PUBLIC_ORIGIN: v.optional(
    v.pipe(
      v.string(),
      v.url(),
      v.transform((text) => new URL(text).origin),
    ),
  ),
  TLS_PORT: v.optional(Port),
  TLS_CERT_FILE: Text,
  TLS_KEY_FILE: Text,
  LINGER_SECONDS: v.optional(Seconds, '0'),
  DRAIN_SECONDS: v.optional(Seconds, '4'),
  STRIPE_PUBLISHABLE_KEY: Text,
  REGION_ORIGIN: v.optional(
    v.pipe(
      v.string(),
      v.url(),
      v.transform((text) => new URL(text).origin),
    ),
  ),
  TRUSTED_PROXIES: v.optional(v.pipe(v.string(), v.regex(/^\d$/), v.transform(Number)), '0'),
  PLATFORM_FEE_BASIS_POINTS: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.maxValue(10_000)),
    '0',
  ),
  PAYOUT_DELAY_SECONDS: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,8}$/), v.transform(Number), v.maxValue(365 * 86_400)),
    '86400',
  ),
  LOG_LEVEL: v.optional(
    v.pipe(
      v.picklist(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
      v.transform((level) => (level === 'trace' ? 'debug' : level === 'fatal' ? 'error' : level)),
    ),
    'info',
  ),
})

export type Settings = {
  host: string
  port: number
  /** Where the Dapr API answers: a sidecar beside this app, or one elsewhere. */
  daprEndpoint: string
  /** Where Prometheus asks; without a port it can't. */
  metricsHost: string
  metricsPort: number | undefined
  daprApiToken: string | undefined
  /** What the sidecar shows to this app. */
  appApiToken: string | undefined
  publicOrigin: string
  stripePublishableKey: string | undefined
  /** Where the same app runs beside its services; at the edge, what cannot be done there is asked of it. */
  regionOrigin: string | undefined
  /** How many proxies of ours stand in front of this app and append to X-Forwarded-For. */
  trustedProxies: number
  /** Serves https as well; for development, in production a gateway does. */
  tls: { port: number; certFile: string; keyFile: string } | undefined
  /** How long visitors may still be sent here after SIGTERM. */
  lingerMs: number
  /** How long what is under way may take after that. */
  drainMs: number
  /** The platform's share of a sale, in hundredths of a percent; payments reads the same variable. */
  feeBasisPoints: number
  /** How long after an event has begun its sales are paid out; payments reads the same variable. */
  payoutDelaySeconds: number
  logLevel: 'debug' | 'info' | 'warn' | 'error'
}

/** Throws with the name of each variable that is wrong; an empty variable counts as absent. */
export const settingsFrom = (env: Record<string, unknown>): Settings => {
  // By name: a process may be kept from everything else in its environment.
  const given = Object.fromEntries(
    Object.keys(Environment.entries).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  )
  const read = v.safeParse(Environment, given)
  if (!read.success) {
    throw new Error(read.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join('; '))
  }
  const { APP_PORT, PORT, PUBLIC_ORIGIN, ...rest } = read.output
  const port = APP_PORT ?? PORT ?? 3000
  const { TLS_PORT: tlsPort, TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = rest
  if ((tlsPort || certFile || keyFile) && !(tlsPort && certFile && keyFile))
    throw new Error('TLS_PORT, TLS_CERT_FILE and TLS_KEY_FILE belong together')
  return {
    host: rest.HOST,
    port,
    daprEndpoint: daprEndpointOf(rest),
    metricsHost: rest.METRICS_HOST,
    metricsPort: rest.METRICS_PORT,
    daprApiToken: rest.DAPR_API_TOKEN,
    appApiToken: rest.APP_API_TOKEN,
    publicOrigin: PUBLIC_ORIGIN ?? `http://localhost:${port}`,
    stripePublishableKey: rest.STRIPE_PUBLISHABLE_KEY,
    regionOrigin: rest.REGION_ORIGIN,
    trustedProxies: rest.TRUSTED_PROXIES,
    tls: tlsPort && certFile && keyFile ? { port: tlsPort, certFile, keyFile } : undefined,
    lingerMs: rest.LINGER_SECONDS * 1_000,
    drainMs: rest.DRAIN_SECONDS * 1_000,
    feeBasisPoints: rest.PLATFORM_FEE_BASIS_POINTS,
    payoutDelaySeconds: rest.PAYOUT_DELAY_SECONDS,
    logLevel: rest.LOG_LEVEL,
  }
}
