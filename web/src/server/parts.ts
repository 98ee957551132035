import type { Tickets } from '../domain/schemas/ticket.ts'
import { createSidecarRoutes } from '../live/sidecar-routes.ts'
import { createStreams } from '../live/stream.ts'
import { createTicketChanges, type TicketChange } from '../live/ticket-changes.ts'
import type { Loaded } from '../queries/loaded.ts'
import { createApiDescription } from './api/description.ts'
import type { Settings } from './environment.ts'
import { createShareImages } from './share-images/share-images.ts'
import { createStaleWhileRevalidate, type StaleWhileRevalidate } from './stale-while-revalidate.ts'

/** What depends on where this app runs; the build for the edge takes `edge/parts.ts` in place of this file. */
export type Parts = {
  /** Pages of the listing, which are the same for everybody. */
  listings: Pick<StaleWhileRevalidate<Loaded<Tickets>>, 'read' | 'clear'>
  apiDescription: () => Promise<Response | undefined>
  /** Answers `/live`: what changes about the tickets of a page. */
  live: (request: Request, url: URL) => Response | Promise<Response>
  shareImages: (pathname: string, request: Request) => Promise<Response | undefined>
  /** What the sidecar asks of this app and delivers to it. */
  sidecarRoutes: (request: Request, pathname: string) => Promise<Response | undefined>
  /** Ends open streams, which never end by themselves. */
  close: () => void
  /** How many pages receive changes right now. */
  liveStreams: () => number
}

/** In the region: one process for many visitors, beside a sidecar that delivers events. */
export const createParts = (settings: Settings): Parts => {
  const changes = createTicketChanges()
  const listings = createStaleWhileRevalidate<Loaded<Tickets>>({ isCacheable: ({ ok }) => ok })
  const publish = (change: TicketChange, isNew: boolean) => {
    // A new listing may belong into any page; one that was listed stands where it stood, or is gone.
    if (isNew) listings.clear()
    else listings.clear((page) => !page.ok || page.value.tickets.some(({ id }) => id === change.id))
    changes.publish(change)
  }
  const streams = createStreams(changes)
  return {
    listings,
    apiDescription: createApiDescription(settings),
    live: (request, url) => (request.method === 'GET' ? streams.answer(url) : streams.head(url)),
    shareImages: createShareImages(settings),
    sidecarRoutes: createSidecarRoutes({ appApiToken: settings.appApiToken, changes: { publish } }),
    close: streams.endAll,
    liveStreams: streams.size,
  }
}
