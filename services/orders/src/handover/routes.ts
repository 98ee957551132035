import { combineRoutes } from '@fairpass/sdk/http'
import type { HandoverDeps } from './access.ts'
import { createAdminRoutes } from './admin-routes.ts'
import { createBuyerRoutes } from './buyer-routes.ts'
import { createSellerRoutes } from './seller-routes.ts'

/** How a ticket that was paid comes to its buyer, and what happens when it does not. */
export const createHandoverRoutes = (deps: HandoverDeps) =>
  combineRoutes(createSellerRoutes(deps), createBuyerRoutes(deps), createAdminRoutes(deps))
