import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import { createErasureRoutes, createPasswordRoutes, type OwnAccountDeps } from './account/own-routes.ts'
import { createAccountRoutes } from './account/routes.ts'
import type { AuthConfig } from './config.ts'
import { createRecipientRoutes } from './contact/recipient-routes.ts'
import { type ContactDeps, createEmailRoutes, createSettingsRoutes, createUnsubscribeRoutes } from './contact/routes.ts'
import { createInternalRoutes } from './internal-routes.ts'
import { createPasskeyRoutes, createPasskeySignInRoutes, type PasskeyDeps } from './passkey/routes.ts'
import type { Orders } from './peers/orders.ts'
import type { Recovery } from './recovery/recovery.ts'
import { createRecoveryRoutes } from './recovery/routes.ts'
import {
  createCodeSignInRoutes,
  createRemovalRoutes,
  createSetUpRoutes,
  type SecondFactorDeps,
} from './second-factor/routes.ts'
import { notStored } from './session/issuer.ts'
import { createKeyRoutes } from './session/key-routes.ts'
import { createReauthenticateRoutes, type ReauthenticateDeps } from './session/reauthenticate.ts'
import { createDeviceRoutes, createRefreshRoutes, type SessionDeps } from './session/routes.ts'
import { createSignInRoutes, type SignInDeps } from './session/sign-in-routes.ts'

export type Deps = SignInDeps &
  SessionDeps &
  OwnAccountDeps &
  SecondFactorDeps &
  PasskeyDeps &
  ReauthenticateDeps &
  ContactDeps & { service: ServiceOptions; orders: Orders; recovery: Recovery; config: AuthConfig }

// Routers are put together here: of one nested in another, the types of the paths would be lost.
export const createApp = ({ service, ...deps }: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', deps.context.subscriptionRoutes)
      .use('/api/users/*', notStored)
      .route('/', createKeyRoutes(deps.tokens))
      .route('/', createSignInRoutes(deps))
      .route('/', createRefreshRoutes(deps))
      .route('/', createDeviceRoutes(deps))
      .route('/', createPasswordRoutes(deps))
      .route('/', createErasureRoutes(deps))
      .route('/', createAccountRoutes(deps))
      .route('/', createRecoveryRoutes(deps))
      .route('/', createSettingsRoutes(deps))
      .route('/', createEmailRoutes(deps))
      .route('/', createUnsubscribeRoutes(deps))
      .route('/', createRecipientRoutes(deps))
      .route('/', createCodeSignInRoutes(deps))
      .route('/', createSetUpRoutes(deps))
      .route('/', createRemovalRoutes(deps))
      .route('/', createPasskeySignInRoutes(deps))
      .route('/', createPasskeyRoutes(deps))
      .route('/', createReauthenticateRoutes(deps))
      .route('/', createInternalRoutes(deps)),
    service.publicOrigin,
  )

/** The type by which other services call this one. */
export type Api = ReturnType<typeof createApp>
