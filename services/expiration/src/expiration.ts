import type { Dapr } from '@fairpass/sdk/dapr'
import { event, type OrderData } from '@fairpass/sdk/events'

export const actorType = 'OrderExpiration'
const reminder = 'due'
/** A reminder that could not be carried out comes again after this: an app that was down misses single ones. */
const period = '2s'

/** The timer of each open order: an actor of the order's id, whose reminder comes when the order's time is over. */
export const createExpiration = (dapr: Pick<Dapr, 'registerReminder' | 'endReminder' | 'publish'>) => ({
  start: ({ id, expiresAt }: OrderData) => dapr.registerReminder(actorType, id, reminder, new Date(expiresAt), period),

  stop: ({ id }: OrderData) => dapr.endReminder(actorType, id, reminder),

  actor: {
    /** Says that the order is due, and is done only once that is published; orders judge by their own clock. */
    onReminder: async (orderId: string) => {
      await dapr.publish(event('expiration.due', { orderId, version: 1, dueAt: new Date().toISOString() }))
      return true
    },
  },
})

export type Expiration = ReturnType<typeof createExpiration>
