import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { Suspensions } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import { createLimits, type LimitVariables } from './limits.ts'
import type { Orders } from './peers/orders.ts'
import { createRoutes } from './routes.ts'
import { createSavedSearchRoutes } from './saved-search/routes.ts'
import type { SavedSearches } from './saved-search/store.ts'
import { createSitemapRoutes } from './sitemap.ts'
import type { SitemapPages } from './sitemap-pages.ts'
import type { Tickets } from './store.ts'

type Deps = {
  service: ServiceOptions
  context: ServiceContext
  tickets: Tickets
  sitemapPages: SitemapPages
  suspensions: Suspensions
  orders: Orders
  limits: LimitVariables
  savedSearches: SavedSearches
}

export const createApp = ({ service, context, tickets, sitemapPages, savedSearches, limits, ...rest }: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', context.subscriptionRoutes)
      .route('/', createSavedSearchRoutes({ savedSearches, context }))
      .route('/', createRoutes({ tickets, context, limits: createLimits(context.rateLimit, limits), ...rest }))
      .route('/', createSitemapRoutes(sitemapPages)),
    service.publicOrigin,
  )

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
