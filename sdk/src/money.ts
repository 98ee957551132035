/** Stripe takes amounts in these currencies only in tens of their smallest unit: https://docs.stripe.com/currencies#three-decimal */
const threeDecimal = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd'])
/** No decimals in daily life, but two at Stripe, which must be zeros: https://docs.stripe.com/currencies#special-cases */
const withoutDecimals = new Set(['isk', 'ugx'])

/**
 * The smallest amount of a currency that Stripe moves: every amount is a multiple of it.
 * @param currency a lower-case ISO 4217 code
 * @returns whole minor units
 */
export const chargeIncrement = (currency: string): number =>
  threeDecimal.has(currency) ? 10 : withoutDecimals.has(currency) ? 100 : 1
