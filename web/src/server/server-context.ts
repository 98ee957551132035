import type { Tickets } from '../domain/schemas/ticket.ts'
import { createGateway, type Gateway } from '../gateway/gateway.ts'
import { problem } from '../gateway/problem.ts'
import { isApiPath } from '../gateway/route.ts'
import { traceOf } from '../gateway/trace.ts'
import { createSidecarRoutes } from '../live/sidecar-routes.ts'
import { createStreams } from '../live/stream.ts'
import { createTicketChanges, type TicketChange } from '../live/ticket-changes.ts'
import type { Loaded } from '../queries/loaded.ts'
import { createApiDescription } from './api/description.ts'
import { apiDocs } from './api/docs.ts'
import { type Settings, settingsFrom } from './environment.ts'
import { createHealth } from './health.ts'
import { oneClick } from './one-click.ts'
import { createShareImages } from './share-images/share-images.ts'
import { createSitemap } from './sitemap.ts'
import { createStaleWhileRevalidate, type StaleWhileRevalidate } from './stale-while-revalidate.ts'

// Never pages: what a sidecar would ask of an app, server functions (there are none, and they take forged calls), and
// the build's own list of files.
const closedPaths = /^\/(dapr|events|actors|internal|_server|\.vite|\.well-known\/dapr)(\/|$)/

export type ServerContext = {
  settings: Settings
  gateway: Gateway
  /** Pages of the listing, which are the same for everybody. */
  listings: StaleWhileRevalidate<Loaded<Tickets>>
  /** The answer to everything that is no page; undefined for pages. */
  handle: (request: Request, peer: string | undefined) => Promise<Response | undefined>
  /** Ends what would never end by itself. */
  close: () => void
  /** How many pages are told of changes right now. */
  liveStreams: () => number
}

const isListingPath = (pathname: string): boolean => pathname === '/api/tickets' || pathname.startsWith('/api/tickets/')

const createServerContext = (settings: Settings): ServerContext => {
  const forward = createGateway(settings)
  const changes = createTicketChanges()
  const listings = createStaleWhileRevalidate<Loaded<Tickets>>({ isCacheable: ({ ok }) => ok })
  const gateway: Gateway = async (request, peer) => {
    const answer = await forward(request, peer)
    // Who changes a listing and looks sees it; what others change, and what orders do to it, comes as an event.
    if (request.method !== 'GET' && isListingPath(new URL(request.url).pathname)) listings.clear()
    return answer
  }
  const publish = (change: TicketChange, isNew: boolean) => {
    // A new listing may belong into any page; one that was listed stands where it stood, or is gone.
    if (isNew) listings.clear()
    else listings.clear((page) => !page.ok || page.value.tickets.some(({ id }) => id === change.id))
    changes.publish(change)
  }
  const streams = createStreams(changes)
  const sitemap = createSitemap(settings)
  const shareImages = createShareImages(settings)
  const apiDescription = createApiDescription(settings)
  const health = createHealth(settings)
  const sidecarRoutes = createSidecarRoutes({ appApiToken: settings.appApiToken, changes: { publish } })
  return {
    settings,
    gateway,
    listings,
    handle: async (request, peer) => {
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
      if (pathname === '/live' && isRead) return request.method === 'GET' ? streams.answer(url) : streams.head(url)
      if (closedPaths.test(pathname)) {
        const answer = await sidecarRoutes(request, pathname)
        if (answer !== undefined) return answer
        return problem('not_found', traceOf(request.headers.get('traceparent')).traceId)
      }
      return (await sitemap(pathname)) ?? (await shareImages(pathname, request)) ?? health(pathname)
    },
    close: streams.endAll,
    liveStreams: streams.size,
  }
}

declare global {
  // The build has this module twice, in the server and in what renders pages: only the process can hold what is one.
  var fairpassEntrance: ServerContext | undefined
}

/** The process's one entrance, from the environment as it is when the first request comes. */
export const serverContext = (): ServerContext => {
  globalThis.fairpassEntrance ??= createServerContext(settingsFrom(process.env))
  return globalThis.fairpassEntrance
}
