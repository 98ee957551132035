import { inSpan, SpanKind, traceparentOf } from '@fairpass/sdk/telemetry/trace'
import { traceOf } from '../gateway/trace.ts'
import { withReadablePath } from '../server/readable-path.ts'
import { pathToShow, routeName } from '../server/route-name.ts'
import { serverContext } from '../server/server-context.ts'
import type { Assets, Files } from './assets.ts'

/** Settings by the names that the region has for them, and the build's files. */
export type EdgeEnvironment = Record<string, unknown> & { ASSETS?: Files }

type Options = {
  request: Request
  env: EdgeEnvironment
  assets: Assets
  render: (request: Request) => Response | Promise<Response>
}

/** Cloudflare writes it over whatever a visitor has sent (https://developers.cloudflare.com/fundamentals/reference/http-headers). */
const visitorHeader = 'cf-connecting-ip'

/** Logs are what a worker says, line by line. */
const log = (fields: Record<string, string | number>) =>
  console.log(
    JSON.stringify({ time: new Date().toISOString(), level: 'info', app: 'web', message: 'request', ...fields }),
  )

/** Requests and answers of a worker cannot be changed; tracing sets a header of the one, the framework of the other. */
const changeable = (request: Request): Request => new Request(request, { headers: new Headers(request.headers) })

/** Answers as the region does: first what is no page, then the build's files, then pages. */
export const answerAtEdge = async ({ request: received, env, assets, render }: Options): Promise<Response> => {
  const startedAt = Date.now()
  const context = serverContext(env)
  const request = changeable(received)
  const { method } = request
  const { pathname } = new URL(request.url)
  const peer = request.headers.get(visitorHeader) ?? undefined
  const trace = traceOf(request.headers.get('traceparent'))
  const traceparent = trace.isContinued ? trace.traceparent : null
  const name = `${method} ${routeName(pathname)}`
  const response = await inSpan(name, { kind: SpanKind.SERVER, traceparent }, async (span) => {
    request.headers.set('traceparent', traceparentOf(span))
    if (!trace.isContinued) request.headers.delete('tracestate')
    const answer = (await context.handle(request, peer)) ?? (await assets(request, env.ASSETS))
    if (answer) return answer
    const asked = withReadablePath(request)
    // Where the framework looks for it.
    Object.defineProperty(asked, 'ip', { value: peer })
    const page = await render(asked)
    const headers = new Headers(page.headers)
    headers.set('x-content-type-options', 'nosniff')
    return new Response(page.body, { status: page.status, headers })
  })
  const { traceId } = traceOf(request.headers.get('traceparent'))
  log({ method, path: pathToShow(pathname), status: response.status, durationMs: Date.now() - startedAt, traceId })
  return response
}
