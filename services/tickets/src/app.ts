import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { Suspensions } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import type { FencedChange } from './fenced-change.ts'
import type { Files } from './file/files.ts'
import type { FileLinks } from './file/link.ts'
import {
  createBuyerRoutes,
  createEvidenceRoutes,
  createLinkRoutes,
  createUploadRoutes,
  fileUploads,
} from './file/routes.ts'
import { createInternalRoutes } from './internal-routes.ts'
import { createLimits, type LimitVariables } from './limits.ts'
import type { Orders } from './peers/orders.ts'
import type { Resales } from './resale/resale.ts'
import { createResaleRoutes } from './resale/routes.ts'
import { createChangeRoutes, createListingRoutes, createReadRoutes } from './routes.ts'
import { createSavedSearchRoutes } from './saved-search/routes.ts'
import type { SavedSearches } from './saved-search/store.ts'
import type { SitemapPages } from './sitemap/pages.ts'
import { createSitemapRoutes } from './sitemap/routes.ts'
import type { Tickets } from './store.ts'

type Deps = {
  service: ServiceOptions
  context: ServiceContext
  tickets: Tickets
  sitemapPages: SitemapPages
  suspensions: Suspensions
  orders: Orders
  change: FencedChange
  files: Files
  resales: Resales
  links: FileLinks
  priceCapPercent: number | undefined
  limits: LimitVariables
  savedSearches: SavedSearches
}

export const createApp = ({
  service,
  context,
  tickets,
  orders,
  sitemapPages,
  savedSearches,
  limits,
  ...rest
}: Deps) => {
  const deps = { tickets, context, limits: createLimits(context.rateLimit, limits), ...rest }
  const { files, resales, links } = rest
  const fileDeps = { files, resales, links, orders, context, publicOrigin: service.publicOrigin }
  // Routers are put together here: of one nested in another, the types of the paths would be lost.
  return describeApi(
    createServiceApp({ ...service, uploads: fileUploads })
      .route('/', context.subscriptionRoutes)
      .route('/', createSavedSearchRoutes({ savedSearches, context }))
      .route('/', createReadRoutes(deps))
      .route('/', createListingRoutes(deps))
      .route('/', createChangeRoutes(deps))
      .route('/', createUploadRoutes(fileDeps))
      .route('/', createEvidenceRoutes(fileDeps))
      .route('/', createLinkRoutes(fileDeps))
      .route('/', createBuyerRoutes(fileDeps))
      .route('/', createResaleRoutes(fileDeps))
      .route('/', createSitemapRoutes(sitemapPages))
      .route('/', createInternalRoutes(deps)),
    service.publicOrigin,
  )
}

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
