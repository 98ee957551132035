/** `count` in `seconds`: that many at once, and one more each time its share of the seconds has passed. */
export type Rate = { count: number; seconds: number }

/** When a budget will be whole again, in milliseconds since 1970: all that GCRA needs to know (ITU-T I.371, appendix 1). */
export type TheoreticalArrivalTime = number
export type Step = { wholeAt: TheoreticalArrivalTime; retryAfterSeconds?: number }

/**
 * No budget takes longer than twice its seconds to be whole again, those that were granted before included: one that says so was
 * written by a clock that was set back since, and counts as unspent.
 */
const believed = (wholeAt: TheoreticalArrivalTime, seconds: number, now: number): TheoreticalArrivalTime =>
  wholeAt - now > 2 * seconds * 1000 ? 0 : wholeAt

/** Charges one, and `owed` that were granted before: over the rate it is refused, and says when it will not be. */
export const charge = (wholeAt: TheoreticalArrivalTime, { count, seconds }: Rate, owed: number, now: number): Step => {
  const spacingMs = (seconds * 1000) / count
  const before = Math.max(believed(wholeAt, seconds, now), now) + owed * spacingMs
  const after = before + spacingMs
  const waitMs = after - seconds * 1000 - now
  // A thousandth of a millisecond is rounding, not waiting.
  return waitMs < 1e-3
    ? { wholeAt: after }
    : { wholeAt: before, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }
}

export const refund = (wholeAt: TheoreticalArrivalTime, { count, seconds }: Rate): Step => ({
  wholeAt: wholeAt - (seconds * 1000) / count,
})
