import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import type { Composition } from './composition.ts'
import { createCouponRoutes } from './coupon/routes.ts'
import { createAdminRoutes } from './payment/admin-routes.ts'
import type { LimitVariables } from './payment/limits.ts'
import { createRoutes } from './payment/routes.ts'
import { createPayoutRoutes } from './payout/routes.ts'

type Deps = Composition & { service: ServiceOptions; context: ServiceContext; limits: LimitVariables }

export const createApp = ({ service, ...deps }: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', deps.context.subscriptionRoutes)
      .route('/', createRoutes(deps))
      .route('/', createAdminRoutes(deps))
      .route('/', createPayoutRoutes(deps))
      .route('/', createCouponRoutes(deps)),
    service.publicOrigin,
  )

/** The type by which others call this service. */
export type Api = ReturnType<typeof createApp>
