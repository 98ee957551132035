import { availableParallelism } from 'node:os'
import type { App } from '@fairpass/servers'
import { newSecret } from './data-folder.ts'

/** Variables that only some apps get: `DATA_DIR` aside, everything else in the environment reaches every app. */
const readers: Record<string, readonly string[]> = {
  JWT_KEY: ['auth'],
  JWT_KEY_PREVIOUS: ['auth'],
  FILE_KEY: ['tickets'],
  FILE_KEY_PREVIOUS: ['tickets'],
  S3_ACCESS_KEY_ID: ['tickets'],
  S3_SECRET_ACCESS_KEY: ['tickets'],
  ADMIN_EMAIL: ['auth'],
  ADMIN_PASSWORD: ['auth'],
  SMTP_URL: ['auth'],
  MAIL_FROM: ['auth'],
  STRIPE_SECRET_KEY: ['payments'],
  STRIPE_WEBHOOK_SECRET: ['payments'],
  STRIPE_API_URL: ['payments'],
  STRIPE_PUBLISHABLE_KEY: ['payments', 'web'],
  MONGODB_URI: ['auth', 'tickets', 'orders', 'expiration', 'payments'],
  // Redis is reached through the sidecars alone.
  REDIS_HOST: [],
  REDIS_PASSWORD: [],
  // These belong to `up` itself; the web app gets its own.
  PORT: [],
  HOST: [],
  APP_PORT: [],
  METRICS_HOST: [],
  METRICS_PORT: [],
  APP_API_TOKEN: [],
  DAPR_API_TOKEN: [],
  FAIRPASS_CACHE: [],
  RUNTIME: [],
}

type Environment = Readonly<Record<string, string | undefined>>

/** The part of an environment that `reader` may see; without a reader, the variables that all apps get. */
export const visibleTo = (environment: Environment, reader?: string): Record<string, string> => {
  const visible: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || name.startsWith('npm_')) continue
    const allowed = readers[name]
    if (!allowed || (reader && allowed.includes(reader))) visible[name] = value
  }
  return visible
}

type Tokens = { readonly app: string; readonly dapr: string }

/** What an app and its sidecar prove themselves with: what the environment gives to all, or new secrets for each. */
export const tokensOf = (environment: Environment): Tokens => ({
  app: environment.APP_API_TOKEN || newSecret(),
  dapr: environment.DAPR_API_TOKEN || newSecret(),
})

/** The environment of an app: the person's own, the template's over it, and what this run decides over both. */
export const appEnv = (app: App, shared: Environment, tokens: Tokens, publicHost?: string): Record<string, string> => ({
  ...visibleTo(shared, app.id),
  ...app.env,
  // Bun checks every second whether garbage has to be collected, also when idle; much garbage is noticed without that check.
  BUN_GC_TIMER_INTERVAL: shared.BUN_GC_TIMER_INTERVAL ?? '10000',
  APP_ID: app.id,
  APP_PORT: String(app.port),
  DAPR_HTTP_PORT: String(app.sidecar.httpPort),
  DAPR_GRPC_PORT: String(app.sidecar.grpcPort),
  ...(app.metricsPort && { METRICS_PORT: String(app.metricsPort) }),
  APP_API_TOKEN: tokens.app,
  DAPR_API_TOKEN: tokens.dapr,
  ...(app.id === 'web' && { PORT: String(app.port), HOST: publicHost ?? '127.0.0.1' }),
})

/** A sidecar would use gRPC and TLS to the collector of traces unless it is configured as the apps are. */
const collectorEnv = ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Environment): Record<string, string> =>
  endpoint
    ? {
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        ...(endpoint.startsWith('http:') && { OTEL_EXPORTER_OTLP_INSECURE: 'true' }),
      }
    : {}

/** The environment of an app's sidecar: the address of Redis for the components, and none of the apps' secrets. */
export const sidecarEnv = (shared: Environment, tokens: Tokens): Record<string, string> => ({
  ...visibleTo(shared),
  ...collectorEnv(shared),
  REDIS_HOST: shared.REDIS_HOST ?? '',
  REDIS_PASSWORD: shared.REDIS_PASSWORD ?? '',
  APP_API_TOKEN: tokens.app,
  DAPR_API_TOKEN: tokens.dapr,
  // Six sidecars share the machine with all else: threads of which each waits for another's work cost more than they bring.
  GOMAXPROCS: shared.GOMAXPROCS ?? `${Math.max(1, Math.floor(availableParallelism() / 2))}`,
})
