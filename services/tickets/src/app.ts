import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { Suspensions } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import type { FencedChange } from './fenced-change.ts'
import type { Files } from './file/files.ts'
import { createFileRoutes, fileUploads } from './file/routes.ts'
import type { Orders } from './peers/orders.ts'
import { createRoutes } from './routes.ts'
import { createSitemapRoutes } from './sitemap.ts'
import type { Tickets } from './store.ts'

type Deps = {
  service: ServiceOptions
  context: ServiceContext
  tickets: Tickets
  suspensions: Suspensions
  orders: Orders
  change: FencedChange
  files: Files
  priceCapPercent: number | undefined
}

export const createApp = ({ service, context, tickets, suspensions, orders, change, files, priceCapPercent }: Deps) =>
  describeApi(
    createServiceApp({ ...service, uploads: fileUploads })
      .route('/', context.subscriptionRoutes)
      .route('/', createRoutes({ tickets, suspensions, change, files, priceCapPercent, context }))
      .route('/', createFileRoutes({ files, orders, context, publicOrigin: service.publicOrigin }))
      .route('/', createSitemapRoutes(tickets)),
    service.publicOrigin,
  )

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
