import type { EventHandlers } from '@fairpass/sdk/events'
import type { Expiration } from './expiration.ts'

/** A timer started late, after its order ended, rings once and changes nothing. */
export const createHandlers = (expiration: Expiration): EventHandlers => ({
  'order.created': ({ data }) => (data.status === 'created' ? expiration.start(data) : Promise.resolve()),
  'order.cancelled': ({ data }) => expiration.stop(data),
  'order.completed': ({ data }) => expiration.stop(data),
})
