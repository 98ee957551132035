import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { Wiring } from '@fairpass/sdk/service'
import type { Purchase } from './hold/purchase.ts'
import type { LimitVariables } from './limits.ts'
import { createRoutes } from './routes.ts'
import type { Orders } from './store.ts'
import type { Line } from './waitlist/store.ts'

type Deps = {
  service: ServiceOptions
  wiring: Wiring
  orders: Orders
  purchase: Purchase
  line: Line
  limits: LimitVariables
}

export const createApp = ({ service, wiring, ...rest }: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', wiring.listening)
      .route('/', createRoutes({ wiring, ...rest })),
    service.publicOrigin,
  )

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
