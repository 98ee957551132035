import { createApiDescription } from '../server/api/description.ts'
import type { Settings } from '../server/environment.ts'
import type { Parts } from '../server/parts.ts'
import { createListingCache } from './listing-cache.ts'
import { createRegion } from './region.ts'

/**
 * At the edge: many isolates, which get no events, share no call under way with one another or among their visitors, and may
 * compile no WebAssembly. What needs any of that is passed on to the region where one is configured, or left out.
 */
export const createParts = (settings: Settings): Parts => {
  const region = createRegion(settings.regionOrigin)
  return {
    listings: createListingCache(),
    // A visitor waits for no call of another's, so each reads the description again.
    apiDescription: () => createApiDescription(settings)(),
    // Without a stream the page polls by itself; 204 makes it not try another (HTML, 9.2.3).
    live: async (request) => (await region(request)) ?? new Response(null, { status: 204 }),
    shareImages: async (pathname, request) => {
      if (!pathname.startsWith('/cards/')) return undefined
      return (await region(request)) ?? new Response(null, { status: 302, headers: { location: '/card.png' } })
    },
    sidecarRoutes: async () => undefined,
    close: () => {},
    liveStreams: () => 0,
  }
}
