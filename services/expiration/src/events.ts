import type { EventHandlers, FairpassEvent } from '@fairpass/sdk/events'
import type { Expiration } from './expiration.ts'

export const createHandlers = (expiration: Expiration): EventHandlers => ({
  'order.created': {
    batch: async (events: FairpassEvent<'order.created'>[]) => {
      const open = events.filter(({ data }) => data.status === 'created')
      await expiration.schedule(open.map(({ data }) => new Date(data.expiresAt)))
      return Promise.allSettled(events)
    },
  },
})
