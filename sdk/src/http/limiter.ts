import { createHmac } from 'node:crypto'
import { now as timeNow } from '../clock.ts'
import type { Dapr } from '../dapr/dapr.ts'
import type { Log } from '../telemetry/log.ts'
import { createBudgets, timeoutMs } from './budgets.ts'
import { charge, type Rate, refund } from './gcra.ts'

/** What is limited: one budget for each subject, such as an account or an address. */
export type Limit = {
  /** distinguishes the budgets of one subject */
  name: string
  rate: Rate
  /**
   * How many of them each replica grants by itself before it asks the state store, so that rare requests cost nothing.
   * They are charged with the first one that reaches the state store.
   */
  free?: number
}

type Counted = { count: number; until: number }
type Options = {
  dapr: Pick<Dapr, 'getState' | 'saveState' | 'deleteState'>
  log: Log
  /** keys the digests under which budgets are kept, so that a reader of the state store sees no addresses */
  secret: string
  now?: () => number
}

const maxCountedHere = 20_000

/** How many of each budget this replica has counted in the present window. */
const createCounts = (now: () => number) => {
  const counts = new Map<string, Counted>()

  return {
    /** @returns how many it is, this one included */
    add: (key: string, seconds: number): number => {
      const at = now()
      const counted = counts.get(key)
      // A window that is longer than windows are began before the clock was set back.
      if (counted && counted.until > at && counted.until <= at + seconds * 1000) return ++counted.count
      if (counts.size >= maxCountedHere) for (const [other, { until }] of counts) if (until <= at) counts.delete(other)
      if (counts.size >= maxCountedHere) counts.clear()
      counts.set(key, { count: 1, until: at + seconds * 1000 })
      return 1
    },

    /** Takes one back of those up to `free`. @returns whether there was one: beyond it all were charged elsewhere */
    takeBack: (key: string, free: number): boolean => {
      const counted = counts.get(key)
      if (!counted || counted.count > free) return false
      counted.count = Math.max(0, counted.count - 1)
      return true
    },
  }
}

const freeOf = ({ free = 0, rate }: Limit) => Math.min(free, rate.count)

/**
 * Budgets that all replicas share through the state store. Losing one does no harm, so they have a time to live, and while
 * the state store does not answer everything is let through.
 */
export const createLimiter = ({ dapr, log, secret, now = () => timeNow().getTime() }: Options) => {
  const { change, isResting } = createBudgets({ dapr, log, now })
  const counts = createCounts(now)

  const keyOf = ({ name }: Limit, subject: string) =>
    `limit:${createHmac('sha256', secret).update(`${name}\n${subject}`).digest('base64url')}`

  return {
    /** Spends one of the subject's budget. @returns how long to wait, in seconds, when there is none left */
    take: async (limit: Limit, subject: string): Promise<number | undefined> => {
      const key = keyOf(limit, subject)
      const free = freeOf(limit)
      const counted = free > 0 ? counts.add(key, limit.rate.seconds) : 0
      if (free > 0 && counted <= free) return undefined
      const owed = counted === free + 1 ? free : 0
      return (await change(key, (wholeAt, at) => charge(wholeAt, limit.rate, owed, at))).retryAfterSeconds
    },

    /** Undoes one `take` that turned out not to count. */
    refund: async (limit: Limit, subject: string): Promise<void> => {
      const key = keyOf(limit, subject)
      if (counts.takeBack(key, freeOf(limit))) return
      await change(key, (wholeAt) => refund(wholeAt, limit.rate))
    },

    /** Resets the subject's budget. */
    forget: async (limit: Limit, subject: string): Promise<void> => {
      if (isResting()) return
      await dapr.deleteState(keyOf(limit, subject), { timeoutMs }).catch(() => {})
    },
  }
}

export type Limiter = ReturnType<typeof createLimiter>
