import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import { createAdminRoutes } from './handover/admin-routes.ts'
import { createBuyerRoutes } from './handover/buyer-routes.ts'
import { createSellerRoutes } from './handover/seller-routes.ts'
import { openHandovers } from './handover/store.ts'
import type { Purchase } from './hold/purchase.ts'
import { createInternalRoutes } from './internal-routes.ts'
import { createLimits, type LimitVariables } from './limits.ts'
import { createBuyRoutes, createOwnRoutes } from './routes.ts'
import type { Orders } from './store.ts'
import { createWaitlistRoutes } from './waitlist/routes.ts'
import type { Waitlist } from './waitlist/store.ts'

type Deps = {
  service: ServiceOptions
  context: ServiceContext
  orders: Orders
  purchase: Purchase
  waitlist: Waitlist
  limits: LimitVariables
}

export const createApp = ({ service, context, orders, purchase, waitlist, limits: variables }: Deps) => {
  const limits = createLimits(context.rateLimit, variables)
  const handover = { handovers: openHandovers(orders), find: orders.find, context }
  // Routers are put together here: of one nested in another, the types of the paths would be lost.
  return describeApi(
    createServiceApp(service)
      .route('/', context.subscriptionRoutes)
      .route('/', createBuyRoutes({ purchase, waitlist, context, limits }))
      .route('/', createSellerRoutes(handover))
      .route('/', createBuyerRoutes(handover))
      .route('/', createAdminRoutes(handover))
      .route('/', createWaitlistRoutes({ waitlist, purchase, context, limits }))
      .route('/', createOwnRoutes({ orders, context }))
      .route('/', createInternalRoutes({ orders, fence: purchase.fence })),
    service.publicOrigin,
  )
}

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
