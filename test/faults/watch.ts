import { expect } from 'bun:test'
import { eventually } from '../eventually.ts'
import { keepBuying, type Shop } from './shop.ts'

/** What the gateway waits, in milliseconds: nobody may be kept waiting until then. */
const gatewayWaitsMs = 30_000

/** What somebody sees of a shop while it is in trouble. @param atOnce how many buy at the same time */
export const createWatch = (shop: Shop, atOnce: number) => ({
  /**
   * Every refusal says what a person can do about it, and came in time.
   * @param isStaleRead whether a member that is the primary no longer may have shown a page for a moment, without what is new
   */
  expectClearAnswers: ({ isStaleRead = false } = {}) => {
    const unclear = shop.answers.filter(
      ({ what, status, code, ms, isRetryable }) =>
        ms >= gatewayWaitsMs ||
        (![200, 201].includes(status) &&
          !(isStaleRead && status === 404 && what.startsWith('GET ')) &&
          !(status === 503 && isRetryable && ['service_unavailable', 'database_unavailable'].includes(code))),
    )
    shop.answers.length = 0
    expect(unclear).toEqual([])
  },

  buyUntil: async (isOver: () => boolean | Promise<boolean>, withinMs: number) => {
    const stop = keepBuying(shop, atOnce)
    try {
      await eventually(async () => isOver(), Boolean, withinMs)
    } finally {
      await stop()
    }
  },

  untilItSells: (withinMs: number) => eventually(shop.buyOnce, Boolean, withinMs),
  refusals: () => shop.answers.filter(({ status }) => status === 503).length,
  sales: () => shop.acknowledged.paid.size,
})
