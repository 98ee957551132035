/** Stripe takes amounts in these currencies only in tens of their smallest unit: https://docs.stripe.com/currencies#three-decimal */
const threeDecimal = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd'])
/** No decimals in daily life, but two at Stripe, which must be zeros: https://docs.stripe.com/currencies#special-cases */
const withoutDecimals = new Set(['isk', 'ugx'])

/** The smallest amount of a currency that Stripe moves, in the units that amounts are counted in. */
export const smallestMove = (currency: string): number =>
  threeDecimal.has(currency) ? 10 : withoutDecimals.has(currency) ? 100 : 1

/**
 * What the platform keeps of a sale: its share in basis points (hundredths of a percent), rounded half up to what Stripe
 * can move in that currency, and never more than the price. Whole numbers all the way: nothing is lost in between.
 */
export const feeOf = (totalCents: number, basisPoints: number, currency: string): number => {
  const unit = smallestMove(currency)
  const divisor = 10_000 * unit
  return Math.min(totalCents, Math.floor((totalCents * basisPoints + divisor / 2) / divisor) * unit)
}
