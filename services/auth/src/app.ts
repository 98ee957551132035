import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import { createAccountRoutes } from './account/routes.ts'
import type { AuthConfig } from './config.ts'
import { type ContactDeps, createContactRoutes } from './contact/routes.ts'
import { createInternalRoutes } from './internal-routes.ts'
import { createPasskeyRoutes, type PasskeyDeps } from './passkey/routes.ts'
import type { Recovery } from './recovery/recovery.ts'
import { createRecoveryRoutes } from './recovery/routes.ts'
import { createRoutes, type RoutesDeps } from './routes.ts'
import { createSecondFactorRoutes, type SecondFactorDeps } from './second-factor/routes.ts'
import { createReauthenticateRoutes, type ReauthenticateDeps } from './session/reauthenticate.ts'

type Deps = RoutesDeps &
  SecondFactorDeps &
  PasskeyDeps &
  ReauthenticateDeps &
  ContactDeps & { service: ServiceOptions; recovery: Recovery; config: AuthConfig }

export const createApp = ({ service, ...deps }: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', deps.context.subscriptionRoutes)
      .route('/', createRoutes(deps))
      .route('/', createAccountRoutes(deps))
      .route('/', createRecoveryRoutes(deps))
      .route('/', createContactRoutes(deps))
      .route('/', createSecondFactorRoutes(deps))
      .route('/', createPasskeyRoutes(deps))
      .route('/', createReauthenticateRoutes(deps))
      .route('/', createInternalRoutes(deps)),
    service.publicOrigin,
  )

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
