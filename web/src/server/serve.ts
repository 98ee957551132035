import { readConfigOrExit } from '@fairpass/sdk/config'
import { pause } from '@fairpass/sdk/run-periodically'
import { runtime } from '@fairpass/sdk/runtime'
import { metrics } from '@fairpass/sdk/telemetry/metrics'
import { serveMetrics } from '@fairpass/sdk/telemetry/metrics-server'
import { startTracing } from '@fairpass/sdk/telemetry/tracing'
import { traceOf } from '../gateway/trace.ts'
import { createLog } from './log.ts'
import { liveStreams, observeRequest } from './observe-request.ts'
import { withReadablePath } from './readable-path.ts'
import { pathToShow } from './route-name.ts'
import { type ServerContext, serverContext } from './server-context.ts'

type Handle = (request: Request) => Response | Promise<Response>

/** The framework serves the build's files without a header of ours. */
const withNosniff = (response: Response): Response => {
  response.headers.set('x-content-type-options', 'nosniff')
  return response
}

type Log = ReturnType<typeof createLog>

/** Answers a request in its trace, and writes a line about it. */
const createHandler = (handle: Handle, context: ServerContext, log: Log) => {
  return async (request: Request, peer: string | undefined): Promise<Response> => {
    const started = performance.now()
    const { pathname } = new URL(request.url)
    // The trace starts here: what is called for this request, and the line about it, tell the same id.
    const response = await observeRequest(request, pathname, async () => {
      // Before the files of the build, which the framework would serve whatever their name.
      const answer = await context.handle(request, peer)
      if (answer) return answer
      const page = withReadablePath(request)
      // Where h3 looks for it.
      Object.defineProperty(page, 'ip', { value: peer })
      return withNosniff(await handle(page))
    })
    const durationMs = Math.round(performance.now() - started)
    const path = pathToShow(pathname)
    const { traceId } = traceOf(request.headers.get('traceparent'))
    log('info', 'request', { method: request.method, path, status: response.status, durationMs, traceId })
    return response
  }
}

/** Serves pages and gateway until SIGTERM or SIGINT; then answers what is under way, for a bounded time, and ends. */
export const serve = (handle: Handle): void => {
  const context = readConfigOrExit(serverContext)
  const { settings } = context
  const log = createLog(settings.logLevel)
  const respond = createHandler(handle, context, log)
  let isDraining = false
  const options = {
    port: settings.port,
    hostname: settings.host,
    fetch: async (request: Request, peer: string | undefined) => {
      const response = await respond(request, peer)
      // Closing kept connections makes clients open the next one to a process that stays.
      if (isDraining) response.headers.set('connection', 'close')
      return response
    },
  }
  const server = runtime.listen(options)
  const servers = [server]
  if (settings.tls) {
    const { port, certFile, keyFile } = settings.tls
    servers.push(runtime.listen({ ...options, port, tls: { certFile, keyFile } }))
    log('info', 'listening with TLS', { host: settings.host, port })
  }
  log('info', 'listening', { host: settings.host, port: server.port, runtime: runtime.name })

  const { metricsHost: hostname, metricsPort } = settings
  if (metricsPort !== undefined)
    serveMetrics({ service: 'web', hostname, port: metricsPort }, () => {
      liveStreams.set(context.liveStreams())
      return metrics.metrics()
    })
  const tracing = startTracing('web', process.env)
  tracing.catch((error: unknown) => log('error', 'no traces are recorded', { error: String(error) }))

  const drain = async () => {
    if (isDraining) return
    isDraining = true
    context.close()
    await pause(settings.lingerMs)
    context.close()
    const drained = Promise.all(servers.map((one) => one.stop())).then(async () => (await tracing).stop())
    await Promise.race([drained.catch(() => {}), pause(settings.drainMs)])
    await Promise.all(servers.map((one) => one.stop({ isForced: true })))
    process.exit(0)
  }
  process.on('SIGTERM', drain)
  process.on('SIGINT', drain)
}
