/** What the platform keeps of a price, rounded half up as payments rounds it; the price is one of the sell form's currencies. */
const feeOf = (priceCents: number, basisPoints: number): number =>
  Math.min(priceCents, Math.floor((priceCents * basisPoints + 5000) / 10_000))

/** What is left for the seller. */
export const proceedsOf = (priceCents: number, basisPoints: number): number =>
  priceCents - feeOf(priceCents, basisPoints)

export const formatShare = (basisPoints: number, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(basisPoints / 10_000)
