import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import type { Purchase } from './hold/purchase.ts'
import type { LimitVariables } from './limits.ts'
import { createRoutes } from './routes.ts'
import type { Orders } from './store.ts'
import type { Waitlist } from './waitlist/store.ts'

type Deps = {
  service: ServiceOptions
  context: ServiceContext
  orders: Orders
  purchase: Purchase
  waitlist: Waitlist
  limits: LimitVariables
}

export const createApp = ({ service, context, ...rest }: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', context.subscriptionRoutes)
      .route('/', createRoutes({ context, ...rest })),
    service.publicOrigin,
  )

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
