import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { Suspensions } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import type { Orders } from './peers/orders.ts'
import { createRoutes } from './routes.ts'
import { createSavedSearchRoutes } from './saved-search/routes.ts'
import type { SavedSearches } from './saved-search/store.ts'
import { createSitemapRoutes } from './sitemap.ts'
import type { Tickets } from './store.ts'

type Deps = {
  service: ServiceOptions
  context: ServiceContext
  tickets: Tickets
  suspensions: Suspensions
  orders: Orders
  savedSearches: SavedSearches
}

export const createApp = ({ service, context, tickets, suspensions, orders, savedSearches }: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', context.subscriptionRoutes)
      .route('/', createSavedSearchRoutes({ savedSearches, context }))
      .route('/', createRoutes({ tickets, suspensions, orders, context }))
      .route('/', createSitemapRoutes(tickets)),
    service.publicOrigin,
  )

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
