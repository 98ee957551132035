import type { SignedInEnv } from '@fairpass/sdk/identity'
import { Hono } from 'hono'
import type { HandoverDeps } from './access.ts'
import { createAdminRoutes } from './admin-routes.ts'
import { createBuyerRoutes } from './buyer-routes.ts'
import { createSellerRoutes } from './seller-routes.ts'

/** How a ticket that was paid comes to its buyer, and what happens when it does not. */
export const createHandoverRoutes = (deps: HandoverDeps) =>
  new Hono<SignedInEnv>()
    .route('/', createSellerRoutes(deps))
    .route('/', createBuyerRoutes(deps))
    .route('/', createAdminRoutes(deps))
