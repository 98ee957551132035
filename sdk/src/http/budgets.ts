import * as v from 'valibot'
import type { Dapr } from '../dapr/dapr.ts'
import type { Log } from '../telemetry/log.ts'
import type { Step, TheoreticalArrivalTime } from './gcra.ts'

type PendingStep = { step: (wholeAt: TheoreticalArrivalTime, now: number) => Step; answer: (step: Step) => void }
type Options = {
  dapr: Pick<Dapr, 'getState' | 'saveState'>
  log: Log
  now: () => number
}

// Any other value under the key counts as an unspent budget.
const Kept = v.fallback(v.number(), 0)

const maxAttempts = 5
/** A limit must not delay what it protects: after this time the request is let through. */
export const timeoutMs = 750
/** How long the state store is not asked again after it failed to answer. */
const restMs = 3_000
/** One read and one write for all waiting requests; undefined when other replicas kept writing in between. */
const createSettle =
  ({ dapr, log, now: clock }: Options) =>
  async (key: string, asked: PendingStep[]): Promise<Step[] | undefined> => {
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

/**
 * Budgets in the state store, written with ETags. Requests that arrive during a write are collected and written
 * together, so that a crowd costs two round trips and not one each. While the state store does not answer everything is
 * let through.
 */
export const createBudgets = ({ dapr, log, now: clock }: Options) => {
  const settle = createSettle({ dapr, log, now: clock })
  const waiting = new Map<string, PendingStep[]>()
  let restsUntil = 0

  const settleOrLetThrough = async (key: string, asked: PendingStep[]): Promise<void> => {
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

  const change = (key: string, step: PendingStep['step']): Promise<Step> =>
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

  return { change, isResting: () => clock() < restsUntil }
}
