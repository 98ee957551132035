import { traceOf } from '../gateway/trace.ts'
import { entrance } from './entrance.ts'
import { createLog } from './log.ts'

type Handle = (request: Request) => Response | Promise<Response>

const DRAIN_MS = 4000
const IDLE_SECONDS = 60

const isEventStream = (response: Response): boolean =>
  response.headers.get('content-type')?.startsWith('text/event-stream') ?? false

/** The framework serves the build's files without a header of ours. */
const guarded = (response: Response): Response => {
  response.headers.set('x-content-type-options', 'nosniff')
  return response
}

/** Serves pages and gateway until SIGTERM or SIGINT; then answers what is under way, for a bounded time, and ends. */
export const serve = (handle: Handle): void => {
  const door = entrance()
  const { settings } = door
  const log = createLog(settings.logLevel)
  const server = Bun.serve({
    port: settings.port,
    hostname: settings.host,
    idleTimeout: IDLE_SECONDS,
    development: false,
    fetch: async (request, bun) => {
      const started = performance.now()
      // The trace starts here: what is called for this request, and the line about it, tell the same id.
      const trace = traceOf(request.headers.get('traceparent'))
      if (!trace.isContinued) {
        request.headers.set('traceparent', trace.traceparent)
        request.headers.delete('tracestate')
      }
      const peer = bun.requestIP(request)?.address
      // Where h3 looks for it.
      Object.defineProperty(request, 'ip', { value: peer })
      // Before the files of the build, which the framework would serve whatever their name.
      const response = (await door.answer(request, peer)) ?? guarded(await handle(request))
      // A stream may be silent for longer than a connection may idle.
      if (isEventStream(response)) bun.timeout(request, 0)
      const durationMs = Math.round(performance.now() - started)
      const path = new URL(request.url).pathname
      const { method } = request
      log('info', 'request', { method, path, status: response.status, durationMs, traceId: trace.traceId })
      return response
    },
  })
  log('info', 'listening', { host: settings.host, port: server.port })

  let isDraining = false
  const drain = async () => {
    if (isDraining) return
    isDraining = true
    door.close()
    await Promise.race([server.stop(), Bun.sleep(DRAIN_MS)])
    await server.stop(true)
    process.exit(0)
  }
  process.on('SIGTERM', drain)
  process.on('SIGINT', drain)
}
