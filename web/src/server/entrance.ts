import { createGateway, type Gateway } from '../gateway/gateway.ts'
import { problem } from '../gateway/problem.ts'
import { isApiPath } from '../gateway/route.ts'
import { traceOf } from '../gateway/trace.ts'
import { createChanges } from '../live/changes.ts'
import { createSidecarAnswers } from '../live/sidecar.ts'
import { createStreams } from '../live/stream.ts'
import { createApiDescription } from './api-description.ts'
import { apiDocs } from './api-docs.ts'
import { type Settings, settingsFrom } from './environment.ts'
import { healthAnswer } from './health.ts'
import { createSitemap } from './sitemap.ts'

// Never pages: what a sidecar would ask of an app, server functions (there are none, and they take forged calls), and
// the build's own list of files.
const CLOSED = /^\/(dapr|events|actors|internal|_server|\.vite|\.well-known\/dapr)(\/|$)/

export interface Entrance {
  settings: Settings
  gateway: Gateway
  /** The answer to everything that is no page; undefined for pages. */
  answer: (request: Request, peer: string | undefined) => Promise<Response | undefined>
  /** Ends what would never end by itself. */
  close: () => void
}

const createEntrance = (settings: Settings): Entrance => {
  const gateway = createGateway(settings)
  const changes = createChanges()
  const streams = createStreams(changes)
  const sitemap = createSitemap(settings)
  const apiDescription = createApiDescription(settings)
  const toSidecar = createSidecarAnswers({ appApiToken: settings.appApiToken, changes })
  return {
    settings,
    gateway,
    answer: async (request, peer) => {
      const url = new URL(request.url)
      const { pathname } = url
      if (request.method === 'GET' && pathname === '/api/docs') return apiDocs(settings.publicOrigin)
      if (request.method === 'GET' && pathname === '/api/openapi.json') {
        const { traceId } = traceOf(request.headers.get('traceparent'))
        return (await apiDescription()) ?? problem('service_unavailable', traceId)
      }
      if (isApiPath(pathname)) return gateway(request, peer)
      if (pathname === '/live' && request.method === 'GET') return streams.answer(url)
      if (CLOSED.test(pathname)) {
        const answer = await toSidecar(request, pathname)
        if (answer !== undefined) return answer
        return problem('not_found', traceOf(request.headers.get('traceparent')).traceId)
      }
      return (await sitemap(pathname)) ?? healthAnswer(pathname, settings.daprHttpPort)
    },
    close: streams.endAll,
  }
}

let made: Entrance | undefined

/** The process's one entrance, from the environment as it is when the first request comes. */
export const entrance = (): Entrance => {
  made ??= createEntrance(settingsFrom(process.env))
  return made
}
