import { actors } from '@fairpass/sdk/dapr'
import { createServiceApp, type ServiceOptions } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import { actorType, type Expiration } from './expiration.ts'

type Deps = { service: ServiceOptions; context: ServiceContext; expiration: Expiration }

export const createApp = ({ service, context, expiration }: Deps) =>
  createServiceApp(service)
    .route('/', context.subscriptionRoutes)
    .route('/', actors({ [actorType]: expiration.actor }, service.log))
