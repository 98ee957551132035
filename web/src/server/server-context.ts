import { createGateway, type Gateway } from '../gateway/gateway.ts'
import { problem } from '../gateway/problem.ts'
import { isApiPath } from '../gateway/route.ts'
import { traceOf } from '../gateway/trace.ts'
import { apiDocs } from './api/docs.ts'
import { type Settings, settingsFrom } from './environment.ts'
import { createHealth } from './health.ts'
import { createLog } from './log.ts'
import { oneClick } from './one-click.ts'
import { createParts, type Parts } from './parts.ts'
import { createSitemap } from './sitemap.ts'

// Never pages: what a sidecar would ask of an app, server functions (there are none, and they take forged calls), and
// the build's own list of files.
const closedPaths = /^\/(dapr|events|actors|internal|_server|\.vite|\.well-known\/dapr)(\/|$)/

export type ServerContext = Pick<Parts, 'listings' | 'close' | 'liveStreams'> & {
  settings: Settings
  gateway: Gateway
  /** The answer to everything that is no page; undefined for pages. */
  handle: (request: Request, peer: string | undefined) => Promise<Response | undefined>
}

const isListingPath = (pathname: string): boolean => pathname === '/api/tickets' || pathname.startsWith('/api/tickets/')

const createServerContext = (settings: Settings): ServerContext => {
  const log = createLog(settings.logLevel)
  const onUnavailable = (failure: Record<string, string>) => log('warn', 'a service could not be asked', failure)
  const forward = createGateway({ ...settings, onUnavailable })
  const { listings, apiDescription, live, shareImages, sidecarRoutes, close, liveStreams } = createParts(settings)
  const gateway: Gateway = async (request, peer) => {
    const answer = await forward(request, peer)
    // A seller sees their own change at once; changes by others and by orders arrive as events.
    if (request.method !== 'GET' && isListingPath(new URL(request.url).pathname)) listings.clear()
    return answer
  }
  const sitemap = createSitemap(settings)
  const health = createHealth(settings)
  const answerTo: ServerContext['handle'] = async (request, peer) => {
    const url = new URL(request.url)
    const { pathname } = url
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (isRead && pathname === '/api/docs') return apiDocs(settings.publicOrigin)
    if (isRead && pathname === '/api/openapi.json') {
      const { traceId } = traceOf(request.headers.get('traceparent'))
      return (await apiDescription()) ?? problem('service_unavailable', traceId)
    }
    if (isApiPath(pathname)) return gateway(request, peer)
    const ended = await oneClick(request, url, (asked) => gateway(asked, peer))
    if (ended !== undefined) return ended
    if (pathname === '/live' && isRead) return live(request, url)
    if (closedPaths.test(pathname)) {
      const answer = await sidecarRoutes(request, pathname)
      if (answer !== undefined) return answer
      return problem('not_found', traceOf(request.headers.get('traceparent')).traceId)
    }
    return (await sitemap(pathname)) ?? (await shareImages(pathname, request)) ?? health(pathname)
  }
  return {
    settings,
    gateway,
    listings,
    handle: async (request, peer) => {
      const answer = await answerTo(request, peer)
      // Nothing that anybody uploaded or typed is ever taken for another kind of file (ASVS 5.0, 3.4.4).
      answer?.headers.set('x-content-type-options', 'nosniff')
      return answer
    },
    close,
    liveStreams,
  }
}

declare global {
  // The build has this module twice, in the server and in what renders pages: only the process can hold what is one.
  var fairpassEntrance: ServerContext | undefined
}

/** The process's one server context, from the environment at the time of the first request. */
export const serverContext = (env: Record<string, unknown> = process.env): ServerContext => {
  globalThis.fairpassEntrance ??= createServerContext(settingsFrom(env))
  return globalThis.fairpassEntrance
}
