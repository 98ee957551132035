import { actors } from '@fairpass/sdk/dapr'
import { createServiceApp, type ServiceOptions } from '@fairpass/sdk/http'
import type { Wiring } from '@fairpass/sdk/service'
import { actorType, type Expiration } from './expiration.ts'

type Deps = { service: ServiceOptions; wiring: Wiring; expiration: Expiration }

export const createApp = ({ service, wiring, expiration }: Deps) =>
  createServiceApp(service)
    .route('/', wiring.listening)
    .route('/', actors({ [actorType]: expiration.actor }, service.log))
