import { createHmac } from 'node:crypto'
import * as v from 'valibot'
import type { Dapr } from '../dapr/dapr.ts'
import type { Log } from '../telemetry/log.ts'

/** `count` in `seconds`: that many at once, and one more each time its share of the seconds has passed. */
export type Rate = { count: number; seconds: number }

/** What is limited: one budget for each subject, such as an account or an address. */
export type Limit = {
  /** tells budgets of one subject apart */
  name: string
  rate: Rate
  /**
   * How many of them each replica grants by itself, before it asks the state store: what nobody does often then costs
   * nothing. They are charged with the first one that is asked for.
   */
  free?: number
}

/** When a budget will be whole again, in milliseconds since 1970: all that GCRA needs to know (ITU-T I.371, appendix 1). */
type TheoreticalArrivalTime = number
type Step = { wholeAt: TheoreticalArrivalTime; retryAfterSeconds?: number }

/** Charges one, and `owed` that were granted before: over the rate it is refused, and says when it will not be. */
const charge = (wholeAt: TheoreticalArrivalTime, { count, seconds }: Rate, owed: number, now: number): Step => {
  const spacingMs = (seconds * 1000) / count
  const before = Math.max(wholeAt, now) + owed * spacingMs
  const after = before + spacingMs
  const waitMs = after - seconds * 1000 - now
  // A thousandth of a millisecond is rounding, not waiting.
  return waitMs < 1e-3
    ? { wholeAt: after }
    : { wholeAt: before, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }
}

const refund = (wholeAt: TheoreticalArrivalTime, { count, seconds }: Rate): Step => ({
  wholeAt: wholeAt - (seconds * 1000) / count,
})

type Asked = { step: (wholeAt: TheoreticalArrivalTime, now: number) => Step; answer: (step: Step) => void }
type Counted = { count: number; until: number }
type Options = {
  dapr: Pick<Dapr, 'getState' | 'saveState' | 'deleteState'>
  log: Log
  /** keys the digests under which budgets are kept, so that a reader of the state store sees no addresses */
  secret: string
  now?: () => number
}

// Whatever else is kept under the key counts as nothing spent.
const Kept = v.fallback(v.number(), 0)

const maxAttempts = 5
/** A limit must not hold up what it protects: past this it lets through. */
const timeoutMs = 750
/** How long the state store is left alone after it failed to answer. */
const restMs = 3_000
const maxCountedHere = 20_000

/**
 * Budgets that all replicas share through the state store, written with ETags. Whoever comes while one is being written
 * waits and is written together with the others, so that a crowd costs two rounds and not one each. Losing a budget does
 * no harm, so they have a time to live, and while the state store does not answer everything is let through.
 */
export const createLimiter = ({ dapr, log, secret, now: clock = Date.now }: Options) => {
  const waiting = new Map<string, Asked[]>()
  const countedHere = new Map<string, Counted>()
  let restsUntil = 0

  const keyOf = ({ name }: Limit, subject: string) =>
    `limit:${createHmac('sha256', secret).update(`${name}\n${subject}`).digest('base64url')}`

  /** One read and one write for all that ask; undefined when others kept writing in between. */
  const settle = async (key: string, asked: Asked[]): Promise<Step[] | undefined> => {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const now = clock()
      const stored = await dapr.getState(key, Kept, { timeoutMs })
      let wholeAt = stored?.value ?? 0
      const steps = asked.map(({ step }) => {
        const taken = step(wholeAt, now)
        wholeAt = taken.wholeAt
        return taken
      })
      if (wholeAt === (stored?.value ?? 0)) return steps
      const ttlSeconds = Math.max(1, Math.ceil((wholeAt - now) / 1000))
      if (await dapr.saveState(key, wholeAt, stored?.etag, { ttlSeconds, timeoutMs })) return steps
    }
    log.warn('a limit was written by others too often; letting through')
    return undefined
  }

  const settleOrLetThrough = async (key: string, asked: Asked[]): Promise<void> => {
    const steps = await settle(key, asked).catch((error: unknown) => {
      if (clock() >= restsUntil) log.warn({ err: error }, 'limits cannot be kept; letting through')
      restsUntil = clock() + restMs
      return undefined
    })
    for (const [index, { answer }] of asked.entries()) answer(steps?.[index] ?? { wholeAt: 0 })
  }

  const work = async (key: string): Promise<void> => {
    for (let asked = waiting.get(key); asked && asked.length > 0; asked = waiting.get(key)) {
      waiting.set(key, [])
      await settleOrLetThrough(key, asked)
    }
    waiting.delete(key)
  }

  const change = (key: string, step: Asked['step']): Promise<Step> =>
    new Promise((answer) => {
      if (clock() < restsUntil) return answer({ wholeAt: 0 })
      const asked = { step, answer }
      const others = waiting.get(key)
      if (others) others.push(asked)
      else {
        waiting.set(key, [asked])
        void work(key)
      }
    })

  /** How many this replica has counted in the present window, this one included. */
  const countHere = (key: string, seconds: number): number => {
    const now = clock()
    const counted = countedHere.get(key)
    if (counted && counted.until > now) return ++counted.count
    if (countedHere.size >= maxCountedHere)
      for (const [other, { until }] of countedHere) if (until <= now) countedHere.delete(other)
    if (countedHere.size >= maxCountedHere) countedHere.clear()
    countedHere.set(key, { count: 1, until: now + seconds * 1000 })
    return 1
  }

  return {
    /** Spends one of the subject's budget. @returns how long to wait, in seconds, when there is none left */
    take: async (limit: Limit, subject: string): Promise<number | undefined> => {
      const key = keyOf(limit, subject)
      const free = Math.min(limit.free ?? 0, limit.rate.count)
      const counted = free > 0 ? countHere(key, limit.rate.seconds) : 0
      if (free > 0 && counted <= free) return undefined
      const owed = counted === free + 1 ? free : 0
      return (await change(key, (wholeAt, now) => charge(wholeAt, limit.rate, owed, now))).retryAfterSeconds
    },

    /** Undoes one `take` of what turned out not to count. */
    refund: async (limit: Limit, subject: string): Promise<void> => {
      await change(keyOf(limit, subject), (wholeAt) => refund(wholeAt, limit.rate))
    },

    /** Makes the subject's budget whole. */
    forget: async (limit: Limit, subject: string): Promise<void> => {
      if (clock() < restsUntil) return
      await dapr.deleteState(keyOf(limit, subject), { timeoutMs }).catch(() => {})
    },
  }
}

export type Limiter = ReturnType<typeof createLimiter>
