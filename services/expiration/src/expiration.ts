import { createBatcher } from '@fairpass/sdk/batcher'
import { now } from '@fairpass/sdk/clock'
import type { Dapr } from '@fairpass/sdk/dapr'
import { event } from '@fairpass/sdk/events'

export const actorType = 'OrderExpiration'
const reminder = 'due'
/** A reminder that could not be carried out comes again after this: an app that was down misses single ones. */
const period = '2s'
/** How many seconds ahead are remembered as scheduled: more than the longest hold has. */
const maxRemembered = 100_000
/** How many reminders one event answers at most. */
const maxTogether = 10_000

/**
 * What is due by the latest of some seconds is due by each of them: after an outage hundreds of reminders come at once, and
 * again every two seconds while the broker is away, but one event is on its way at a time.
 */
const createPublishDue = (dapr: Pick<Dapr, 'publish'>) =>
  createBatcher<number>(
    (seconds) => {
      const until = new Date((Math.max(...seconds) + 1) * 1000).toISOString()
      return dapr.publish(event('expiration.due', { until, version: 1 }))
    },
    { lingerMs: 0, maxSize: maxTogether },
  )

/**
 * The clock of the holds: for each second in which an order runs out of time there is one actor, named by that second,
 * whose reminder comes as it begins. It carries no list, since orders knows best what is due by then, and is never
 * cancelled: a second whose orders have all ended otherwise costs one event.
 */
export const createExpiration = (dapr: Pick<Dapr, 'registerReminder' | 'publish'>) => {
  /** Seconds to come whose reminder is registered already. */
  const scheduled = new Set<number>()

  /** Seconds whose reminder was not taken; should they be lost with this process, orders looks for what is overdue. */
  const missed = new Set<number>()

  const remember = (seconds: Set<number>, second: number) => {
    seconds.add(second)
    if (seconds.size > maxRemembered) seconds.delete(seconds.values().next().value as number)
  }

  const register = async (second: number): Promise<void> => {
    await dapr.registerReminder(actorType, String(second), reminder, new Date(second * 1000), period)
    // The reminder of a second that has begun may have fired already, so a late order registers it again.
    if (second * 1000 > now().getTime()) remember(scheduled, second)
    missed.delete(second)
  }

  const publishDue = createPublishDue(dapr)

  return {
    /**
     * Makes sure that orders gets `expiration.due` at each of these moments. What a scheduler that is away does not take is
     * registered by `catchUp`: no event is given up over it, however long that lasts.
     */
    schedule: async (moments: readonly Date[]): Promise<void> => {
      const seconds = new Set(moments.map((moment) => Math.floor(moment.getTime() / 1000)))
      const missing = [...seconds].filter((second) => !scheduled.has(second))
      await Promise.all(missing.map((second) => register(second).catch(() => remember(missed, second))))
    },

    /** Registers what the scheduler did not take. For a loop. */
    catchUp: async (): Promise<void> => {
      for (const second of [...missed]) await register(second)
    },

    actor: {
      /** Publishes what is due, and is done only once that succeeded; orders judges by its own clock. */
      onReminder: async (id: string) => {
        await publishDue(Number(id))
        scheduled.delete(Number(id))
        return true
      },
    },
  }
}

export type Expiration = ReturnType<typeof createExpiration>
