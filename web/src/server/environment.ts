import { ConfigError, commonConfig, readConfig, wholeNumber } from '@fairpass/sdk/config'
import { DaprHttpEndpoint, daprEndpointOf } from '@fairpass/sdk/dapr/endpoint'
import * as v from 'valibot'

const Text = v.optional(v.string())
const Port = v.optional(wholeNumber(1, 65_535))
const { HOST, DAPR_HTTP_PORT, METRICS_HOST, METRICS_PORT, DAPR_API_TOKEN, APP_API_TOKEN, LOG_LEVEL } = commonConfig
const Origin = v.optional(v.pipe(v.string(), v.url('must be an origin such as https://tickets.example')))

const environment = {
  ...{ HOST, DAPR_HTTP_PORT, METRICS_HOST, METRICS_PORT, DAPR_API_TOKEN, APP_API_TOKEN, LOG_LEVEL },
  APP_PORT: Port,
  PORT: Port,
  DAPR_HTTP_ENDPOINT: v.optional(DaprHttpEndpoint),
  PUBLIC_ORIGIN: Origin,
  REGION_ORIGIN: Origin,
  TLS_PORT: Port,
  TLS_CERT_FILE: Text,
  TLS_KEY_FILE: Text,
  LINGER_SECONDS: v.optional(wholeNumber(0, 999), '0'),
  DRAIN_SECONDS: v.optional(wholeNumber(0, 999), '4'),
  STRIPE_PUBLISHABLE_KEY: Text,
  TRUSTED_PROXIES: v.optional(wholeNumber(0, 9), '0'),
  PLATFORM_FEE_BASIS_POINTS: v.optional(wholeNumber(0, 10_000), '0'),
  PAYOUT_DELAY_SECONDS: v.optional(wholeNumber(0, 365 * 86_400), '86400'),
}

const originOf = (url: string | undefined) => (url === undefined ? undefined : new URL(url).origin)

export type Settings = {
  host: string
  port: number
  /** Where the Dapr API answers: a sidecar beside this app, or one elsewhere. */
  daprEndpoint: string
  /** Where Prometheus scrapes; without a port there is nothing to scrape. */
  metricsHost: string
  metricsPort: number | undefined
  daprApiToken: string | undefined
  /** What the sidecar shows to this app. */
  appApiToken: string | undefined
  publicOrigin: string
  stripePublishableKey: string | undefined
  /** Where the same app runs beside its services; at the edge, requests that need that are passed on to it. */
  regionOrigin: string | undefined
  /** How many proxies of ours stand in front of this app and append to X-Forwarded-For. */
  trustedProxies: number
  /** Serves https as well; for development, in production a gateway does. */
  tls: { port: number; certFile: string; keyFile: string } | undefined
  /** How long a load balancer may still send visitors here after SIGTERM. */
  lingerMs: number
  /** How long what is under way may take after that. */
  drainMs: number
  /** The platform's share of a sale, in hundredths of a percent; payments reads the same variable. */
  feeBasisPoints: number
  /** How long after an event has begun its sales are paid out; payments reads the same variable. */
  payoutDelaySeconds: number
  logLevel: 'debug' | 'info' | 'warn' | 'error'
}

/**
 * What the app reads from its environment; an empty variable counts as absent.
 * @throws ConfigError that names each variable that is wrong
 */
export const settingsFrom = (env: Readonly<Record<string, unknown>>): Settings => {
  const { APP_PORT, PORT, ...rest } = readConfig(environment, env)
  const port = APP_PORT ?? PORT ?? 3000
  const { TLS_PORT: tlsPort, TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = rest
  if ((tlsPort || certFile || keyFile) && !(tlsPort && certFile && keyFile))
    throw new ConfigError('TLS_PORT, TLS_CERT_FILE and TLS_KEY_FILE belong together')
  return {
    host: rest.HOST,
    port,
    daprEndpoint: daprEndpointOf(rest),
    metricsHost: rest.METRICS_HOST,
    metricsPort: rest.METRICS_PORT,
    daprApiToken: rest.DAPR_API_TOKEN,
    appApiToken: rest.APP_API_TOKEN,
    publicOrigin: originOf(rest.PUBLIC_ORIGIN) ?? `http://localhost:${port}`,
    stripePublishableKey: rest.STRIPE_PUBLISHABLE_KEY,
    regionOrigin: originOf(rest.REGION_ORIGIN),
    trustedProxies: rest.TRUSTED_PROXIES,
    tls: tlsPort && certFile && keyFile ? { port: tlsPort, certFile, keyFile } : undefined,
    lingerMs: rest.LINGER_SECONDS * 1_000,
    drainMs: rest.DRAIN_SECONDS * 1_000,
    feeBasisPoints: rest.PLATFORM_FEE_BASIS_POINTS,
    payoutDelaySeconds: rest.PAYOUT_DELAY_SECONDS,
    logLevel: rest.LOG_LEVEL === 'trace' ? 'debug' : rest.LOG_LEVEL === 'fatal' ? 'error' : rest.LOG_LEVEL,
  }
}
