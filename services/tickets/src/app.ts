import { createServiceApp, type Dapr, describeApi, type ServiceOptions, type Wiring } from '@fairpass/sdk'
import { createRoutes } from './routes.ts'
import { createSitemapRoutes } from './sitemap.ts'
import type { Tickets } from './store.ts'

type Deps = { service: ServiceOptions; wiring: Wiring; tickets: Tickets; dapr: Dapr }

export const createApp = ({ service, wiring, tickets, dapr }: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', wiring.listening)
      .route('/', createRoutes({ tickets, dapr, wiring }))
      .route('/', createSitemapRoutes(tickets)),
    service.publicOrigin,
  )
