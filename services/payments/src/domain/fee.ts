import { chargeIncrement } from '@fairpass/sdk/values'

/**
 * What the platform keeps of a sale: its share in basis points (hundredths of a percent), rounded half up to what Stripe
 * can move in that currency, and never more than the price. Whole numbers all the way: nothing is lost in between.
 */
export const feeOf = (totalCents: number, basisPoints: number, currency: string): number => {
  const unit = chargeIncrement(currency)
  const divisor = 10_000 * unit
  return Math.min(totalCents, Math.floor((totalCents * basisPoints + divisor / 2) / divisor) * unit)
}
