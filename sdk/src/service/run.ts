import type { Hono } from 'hono'
import { type Db, MongoClient } from 'mongodb'
import { clockLoop, followDatabaseClock } from '../clock.ts'
import { readConfigOrExit } from '../config.ts'
import { createDapr, type Dapr } from '../dapr/dapr.ts'
import { daprEndpointOf } from '../dapr/endpoint.ts'
import type { ServiceOptions } from '../http/app.ts'
import { traceCommands } from '../mongo/mongo-tracing.ts'
import { createFailureLog, type Loop, pause, runPeriodically } from '../run-periodically.ts'
import { runtime } from '../runtime/index.ts'
import { createScrape, type GaugeCollector } from '../telemetry/gauges.ts'
import { createLog, type Log } from '../telemetry/log.ts'
import { serveMetrics } from '../telemetry/metrics-server.ts'
import { startTracing } from '../telemetry/tracing.ts'

type CommonConfig = {
  HOST: string
  APP_PORT: number
  HEALTH_PORT?: number | undefined
  OUTLIVE_SIDECAR_SECONDS: number
  DAPR_HTTP_PORT: number
  DAPR_HTTP_ENDPOINT?: string | undefined
  APP_API_TOKEN?: string | undefined
  DAPR_API_TOKEN?: string | undefined
  PUBLIC_ORIGIN: string
  LOG_LEVEL: string
  METRICS_HOST: string
  METRICS_PORT?: number | undefined
  MONGODB_URI: string
}

export type Built = {
  app: Pick<Hono, 'fetch'>
  /** creates indexes and first entries; tried again until it succeeds */
  prepare: () => Promise<unknown>
  /** work that goes on beside the requests */
  loops: Loop[]
  /** what is asked of the database when Prometheus asks */
  gaugeCollectors: GaugeCollector[]
}

type Parts<C> = { config: C; db: Db; dapr: Dapr; log: Log; service: ServiceOptions }

/** How long requests that are under way may take after SIGTERM, in milliseconds. */
const drainMs = 5_000

/** Whatever is written through this client is acknowledged only once MongoDB has it in its journal. */
export const connect = (uri: string, name: string, { isTraced = false } = {}) => {
  const client = new MongoClient(uri, {
    appName: name,
    monitorCommands: isTraced,
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    serverSelectionTimeoutMS: 3_000,
    connectTimeoutMS: 3_000,
    // A primary that fell silent is given up after both together; the driver's own ten seconds are an outage.
    heartbeatFrequencyMS: 3_000,
    // One question in that time, in place of two connections that each are told something; who fails asks at once.
    serverMonitoringMode: 'poll',
    // The driver bounds no operation as a whole: each of its waits has a bound of its own.
    socketTimeoutMS: 8_000,
    waitQueueTimeoutMS: 8_000,
    maxPoolSize: 100,
  })
  // It would look ten times a second whether it keeps fewer connections than the least, which is none; no public option says how often.
  Object.assign(client.options, { minPoolSizeCheckFrequencyMS: 10_000 })
  if (isTraced) traceCommands(client)
  return client
}

/** Connects and prepares, however long that takes, then keeps the loops going until the signal. */
const prepareAndLoop = async (
  { client, db, log }: { client: MongoClient; db: Db; log: Log },
  { prepare, loops }: Built,
  { signal, onPrepared }: { signal: AbortSignal; onPrepared: () => void },
) => {
  let prepared = false
  const failures = createFailureLog(log)
  while (!prepared && !signal.aborted) {
    try {
      // A client whose first connection failed stays closed until it is told to connect again.
      await client.connect()
      await followDatabaseClock(db).then(prepare)
      prepared = true
      onPrepared()
    } catch (error) {
      failures.failed(error, 'not prepared yet; trying again')
      await pause(500, signal)
    }
  }
  await Promise.all([...loops, clockLoop(db)].map((loop) => runPeriodically(loop, { log, signal })))
}

/** Calls `drain` at the first SIGTERM or SIGINT, then ends the process. */
const onStop = (log: Log, drain: () => Promise<void>) => {
  let isStopping = false
  const stop = async () => {
    if (isStopping) return
    isStopping = true
    log.info('draining')
    await drain()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/**
 * Runs a service: connects, builds, serves, and drains on SIGTERM or SIGINT: first it is no longer ready, then (in a
 * pod) it waits for its sidecar to end, through which all calls come and go, then it takes no new connections, then it ends
 * what is under way, for at most five seconds.
 */
export const runService = async <C extends CommonConfig>(
  name: string,
  readConfig: () => C,
  build: (parts: Parts<C>) => Built,
): Promise<void> => {
  const config = readConfigOrExit(readConfig)
  const log = createLog(name, config.LOG_LEVEL)
  const tracing = await startTracing(name, process.env)
  const client = connect(config.MONGODB_URI, name, { isTraced: tracing.isOn })
  const db = client.db(name)
  const dapr = createDapr({ endpoint: daprEndpointOf(config), apiToken: config.DAPR_API_TOKEN })
  const stopping = new AbortController()
  const state = { isPrepared: false, isDraining: false }

  const service: ServiceOptions = {
    log,
    appToken: config.APP_API_TOKEN,
    publicOrigin: config.PUBLIC_ORIGIN,
    isPrepared: () => state.isPrepared,
    isReady: async () =>
      !state.isDraining && (await dapr.isHealthy()) && (await db.command({ ping: 1, maxTimeMS: 1_000 })).ok === 1,
  }
  const built = build({ config, db, dapr, log, service })
  const server = serve(name, config, built, log)
  const running = prepareAndLoop({ client, db, log }, built, {
    signal: stopping.signal,
    onPrepared: () => {
      state.isPrepared = true
    },
  })

  onStop(log, async () => {
    state.isDraining = true
    await untilSidecarEnds(dapr, config.OUTLIVE_SIDECAR_SECONDS)
    stopping.abort()
    const drained = server
      .stop()
      .then(() => running)
      .then(() => client.close())
      .then(tracing.stop)
    await Promise.race([drained, pause(drainMs)])
  })
  await running
}

/** Serves the app, and beside it what probes and Prometheus ask for. */
const serve = (
  service: string,
  { HOST, APP_PORT, HEALTH_PORT, METRICS_HOST, METRICS_PORT }: CommonConfig,
  { app, gaugeCollectors }: Built,
  log: Log,
) => {
  const server = runtime.listen({ hostname: HOST, port: APP_PORT, fetch: (request) => app.fetch(request) })
  if (HEALTH_PORT) serveHealth(HEALTH_PORT, app)
  log.info({ port: server.port, runtime: runtime.name }, 'listening')
  if (METRICS_PORT)
    serveMetrics({ service, hostname: METRICS_HOST, port: METRICS_PORT }, createScrape(gaugeCollectors, log))
  return server
}

/** For probes, which come from outside the pod, where the app itself is not reachable. */
const serveHealth = (port: number, app: Built['app']) =>
  runtime.listen({
    hostname: '0.0.0.0',
    port,
    fetch: (request) =>
      ['/healthz', '/readyz'].includes(new URL(request.url).pathname)
        ? app.fetch(request)
        : new Response(null, { status: 404 }),
  })

/** The loops go on meanwhile: calls that still come are answered by what they keep fresh, the bans among it. */
const untilSidecarEnds = async (dapr: Pick<Dapr, 'isThere'>, withinSeconds: number) => {
  const deadline = performance.now() + withinSeconds * 1_000
  while (performance.now() < deadline && (await dapr.isThere())) await pause(100)
}
