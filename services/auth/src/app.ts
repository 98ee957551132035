import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { Recovery } from './recovery/recovery.ts'
import { createRecoveryRoutes } from './recovery/routes.ts'
import { createRoutes, type RoutesDeps } from './routes.ts'

type Deps = RoutesDeps & { service: ServiceOptions; recovery: Recovery }

export const createApp = ({ service, ...deps }: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', deps.context.subscriptionRoutes)
      .route('/', createRoutes(deps))
      .route('/', createRecoveryRoutes(deps)),
    service.publicOrigin,
  )

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
