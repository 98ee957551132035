import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import { createRoutes, type RoutesDeps } from './routes.ts'

type Deps = RoutesDeps & { service: ServiceOptions }

export const createApp = ({ service, ...deps }: Deps) =>
  describeApi(
    createServiceApp(service).route('/', deps.context.subscriptionRoutes).route('/', createRoutes(deps)),
    service.publicOrigin,
  )

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
