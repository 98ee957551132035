import * as v from 'valibot'
import { DaprHttpEndpoint } from './dapr/endpoint.ts'

/** A whole number given as text, within bounds that both count as allowed. */
export const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d+$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  )

/** What every service reads from its environment. */
export const commonConfig = {
  HOST: v.optional(v.string(), '127.0.0.1'),
  APP_PORT: wholeNumber(1, 65_535),
  /** where health, and nothing else, is answered to those outside the pod; the app itself stays on HOST */
  HEALTH_PORT: v.optional(wholeNumber(1, 65_535)),
  /** how long it may take, after SIGTERM, until the sidecar has ended what it had begun */
  OUTLIVE_SIDECAR_SECONDS: v.optional(wholeNumber(0, 600), '0'),
  DAPR_HTTP_PORT: v.optional(wholeNumber(1, 65_535), '3500'),
  DAPR_HTTP_ENDPOINT: v.optional(DaprHttpEndpoint),
  APP_API_TOKEN: v.optional(v.string()),
  DAPR_API_TOKEN: v.optional(v.string()),
  PUBLIC_ORIGIN: v.optional(
    v.pipe(
      v.string(),
      v.url('must be an origin such as https://tickets.example'),
      v.transform((url) => new URL(url).origin),
    ),
    'http://localhost:3000',
  ),
  /** where Prometheus scrapes `/metrics`; without a port there is nothing to scrape */
  METRICS_HOST: v.optional(v.string(), '127.0.0.1'),
  METRICS_PORT: v.optional(wholeNumber(1, 65_535)),
  LOG_LEVEL: v.optional(
    v.picklist(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
      'must be trace, debug, info, warn, error or fatal',
    ),
    'info',
  ),
  MONGODB_URI: v.optional(
    v.pipe(v.string(), v.regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://')),
    'mongodb://127.0.0.1:27017/?replicaSet=rs0',
  ),
  /** how long after authenticating a user may do what asks for authentication again */
  REAUTHENTICATE_SECONDS: v.optional(wholeNumber(1, 86_400), '600'),
  ACCESS_TOKEN_SECONDS: v.optional(wholeNumber(1, 86_400), '900'),
}

/** The environment is not usable; the message names each wrong variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads the environment once, at start. An empty variable counts as missing.
 * @throws ConfigError that names every variable that is missing or wrong
 */
export const readConfig = <const E extends v.ObjectEntries>(
  entries: E,
  env: Readonly<Record<string, unknown>>,
): v.InferOutput<v.ObjectSchema<E, undefined>> => {
  const given = Object.fromEntries(Object.keys(entries).flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
  const result = v.safeParse(v.object(entries), given)
  if (result.success) return result.output
  const wrong = result.issues.map((issue) => {
    const name = v.getDotPath(issue)
    return env[name ?? ''] ? `${name} ${issue.message}` : `${name} is missing`
  })
  throw new ConfigError(`The environment is not usable: ${wrong.join('; ')}`)
}

/** Reads the environment; ends the process with 78, the wrong variables in its last line, where that is not usable. */
export const readConfigOrExit = <C>(read: () => C): C => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(78)
  }
}
