import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type App, denoFlags, type ProcessSpec } from '@fairpass/servers'

type Environment = Readonly<Record<string, string | undefined>>

/** What every app reads of its environment; a star stands for the rest of a name. */
const ownVariables = [
  ...['HOST', 'PORT', 'APP_*', 'HEALTH_PORT', 'DAPR_*', 'PUBLIC_ORIGIN', 'LOG_LEVEL', 'METRICS_*', 'LIMIT_*'],
  ...['OTEL_*', 'OUTLIVE_SIDECAR_SECONDS', 'ACCESS_TOKEN_SECONDS', 'REAUTHENTICATE_SECONDS', 'NODE_ENV'],
]
/** What its libraries read: the MongoDB driver reports its platform to the server, pino and others have debug settings. */
const librariesVariables = [
  ...['MONGODB_*', 'AWS_*', 'FUNCTION*', 'K_SERVICE', 'KUBERNETES_SERVICE_HOST', 'VERCEL*', 'CONTAINER*'],
  ...['DEBUG', 'DEBUG_*', 'NODE_*', 'NO_COLOR', 'FORCE_COLOR', 'TERM', 'COLORTERM', 'JEST_WORKER_ID'],
]
const variablesOf: Record<string, readonly string[]> = {
  auth: ['JWT_KEY*', 'ADMIN_*', 'SMTP_URL', 'MAIL_FROM', 'REFRESH_TOKEN_SECONDS', 'SESSION_SECONDS', 'REQUIRE_*'],
  tickets: ['FILE_*', 'S3_*', 'PRICE_CAP_PERCENT'],
  orders: ['HOLD_SECONDS'],
  payments: ['STRIPE_*', 'PLATFORM_FEE_BASIS_POINTS', 'PAYOUT_DELAY_SECONDS'],
  web: [
    'TLS_*',
    'LINGER_SECONDS',
    'DRAIN_SECONDS',
    'PAYOUT_DELAY_SECONDS',
    'STRIPE_PUBLISHABLE_KEY',
    'TRUSTED_PROXIES',
    'REGION_ORIGIN',
    'PLATFORM_FEE_BASIS_POINTS',
    'NITRO_*',
  ],
}

const schemePorts: Record<string, string> = { 'https:': '443', 'http:': '80', 'smtp:': '587', 'smtps:': '465' }

/** `host:port` of an address; nothing of what is no address. */
const authorityOf = (address: string | undefined): string[] => {
  const url = address ? URL.parse(address) : null
  return url ? [`${url.hostname}:${url.port || (schemePorts[url.protocol] ?? '443')}`] : []
}

/** The members that a MongoDB URI names; the names behind `mongodb+srv` are known to DNS alone, so any may be reached. */
const mongodbHosts = (uri: string | undefined): string[] | 'any' => {
  if (!uri) return ['127.0.0.1:27017', 'localhost:27017']
  if (uri.startsWith('mongodb+srv:')) return 'any'
  const hosts = /^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/.exec(uri)?.[1] ?? ''
  return hosts.split(',').map((host) => (host.includes(':') ? host : `${host}:27017`))
}

const neighboursOf = (id: string, env: Environment): string[] => {
  if (id === 'auth') return authorityOf(env.SMTP_URL)
  if (id === 'tickets') return authorityOf(env.S3_ENDPOINT)
  if (id === 'payments') return authorityOf(env.STRIPE_API_URL ?? 'https://api.stripe.com')
  return []
}

/** Its own ports, its sidecar, its database, and whom it alone talks to. */
const netOf = (app: App, env: Environment): string => {
  const database = app.id === 'web' ? [] : mongodbHosts(env.MONGODB_URI)
  if (database === 'any') return '--allow-net'
  const host = app.id === 'web' ? (env.HOST ?? '127.0.0.1') : '127.0.0.1'
  const own = [app.port, app.metricsPort].flatMap((port) => (port ? [`127.0.0.1:${port}`] : []))
  const hosts = [
    ...own,
    ...(host === '127.0.0.1' ? [] : [`${host === '::' ? '[::]' : host}:${app.port}`]),
    ...(app.id === 'web' && env.TLS_PORT ? [`${host === '::' ? '[::]' : host}:${env.TLS_PORT}`] : []),
    ...(env.DAPR_HTTP_ENDPOINT ? authorityOf(env.DAPR_HTTP_ENDPOINT) : [`127.0.0.1:${app.sidecar.httpPort}`]),
    ...database,
    ...neighboursOf(app.id, env),
    ...authorityOf(env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT),
  ]
  return `--allow-net=${[...new Set(hosts)].join(',')}`
}

/** Below the app's folder. A ticket's file is read in a worker, which Deno loads as a file; the web app serves those that were built. */
const readableOf = ({ id }: App, env: Environment): string[] => [
  ...(id === 'tickets' ? ['src/file', '../../node_modules', '../../sdk/src'] : []),
  ...(id === 'web' ? ['.output', ...[env.TLS_CERT_FILE, env.TLS_KEY_FILE].filter((file) => file !== undefined)] : []),
]

type Options = {
  app: App
  /** as the app gets it */
  env: Environment
  isWatched?: boolean
  /** the program */
  deno: string
}

/** An app on Deno, which may reach its neighbours and read its settings, and writes and runs nothing. */
export const denoCommand = ({ app, env, isWatched = false, deno }: Options): ProcessSpec['command'] => {
  const isWeb = existsSync(join(app.dir, 'vite.config.ts'))
  const variables = [...ownVariables, ...librariesVariables, ...(variablesOf[app.id] ?? [])]
  const readable = readableOf(app, env)
  return [
    deno,
    'run',
    ...denoFlags,
    netOf(app, env),
    `--allow-env=${variables.join(',')}`,
    '--allow-sys=hostname,osRelease',
    ...(readable.length > 0 ? [`--allow-read=${readable.join(',')}`] : []),
    ...(isWatched ? ['--watch'] : []),
    ...(isWeb ? ['.output/server/index.mjs'] : app.command.slice(1)),
  ]
}
