import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import type { Composition } from './composition.ts'
import type { LimitVariables } from './coupon/limits.ts'
import { createCouponRoutes } from './coupon/routes.ts'
import { createDisputeRoutes } from './dispute/routes.ts'
import { createLedgerRoutes } from './ledger/routes.ts'
import { createAdminRoutes } from './payment/admin-routes.ts'
import { createRoutes } from './payment/routes.ts'
import { createPayoutAdminRoutes } from './payout/admin-routes.ts'
import { createInternalRoutes } from './payout/internal-routes.ts'
import { createPayoutRoutes } from './payout/routes.ts'
import { createWebhookRoutes } from './webhook/routes.ts'

type Deps = Composition & { service: ServiceOptions; context: ServiceContext; limits: LimitVariables }

export const createApp = ({ service, ...deps }: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', deps.context.subscriptionRoutes)
      .route('/', createRoutes(deps))
      .route('/', createAdminRoutes(deps))
      .route('/', createPayoutRoutes(deps))
      .route('/', createPayoutAdminRoutes(deps))
      .route('/', createDisputeRoutes(deps))
      .route('/', createLedgerRoutes(deps))
      .route('/', createWebhookRoutes(deps))
      .route('/', createInternalRoutes(deps))
      .route('/', createCouponRoutes(deps)),
    service.publicOrigin,
  )

/** The type by which others call this service. */
export type Api = ReturnType<typeof createApp>
