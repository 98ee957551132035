/** Prices are told apart by the index in steps of so many minor units; those within a step are compared. */
const stepCents = 100
/** The highest price that a listing or a search can have. */
const mostCents = 999_999_999_999

/** So much of a city's name is enough to tell most apart; the listings that it finds are compared. */
const cityLength = 12

/** Where a price is: anywhere, or in a city. */
const placeOf = (currency: string, city: string) => `${[...city].slice(0, cityLength).join('')} ${currency}`.trim()

/** `eur 10x` stands for the steps from 100 to 109: those that are as long, and begin so. */
const tokenOf = (place: string, beginning: string, open: number) => `${place} ${beginning}${'x'.repeat(open)}`

/**
 * What an index finds a price by: each of its beginnings, by itself and in its city. A range of prices then is a few of them,
 * and what each finds is in the order of the list, which what a range of the index finds is not.
 */
export const priceTokens = (priceCents: number, currency: string, city: string): string[] => {
  const digits = String(Math.floor(priceCents / stepCents))
  return [...new Set([placeOf(currency, ''), placeOf(currency, city)])].flatMap((place) =>
    [...digits].map((_, index) => tokenOf(place, digits.slice(0, index + 1), digits.length - index - 1)),
  )
}

type Range = { currency: string; minCents?: number | undefined; maxCents?: number | undefined; city?: string }

/** As few tokens as there can be that have each price of a range, at most 200; at its ends they may have a few others. */
export const priceTokensBetween = ({ currency, minCents = 0, maxCents = mostCents, city = '' }: Range): string[] => {
  const tokens: string[] = []
  const [place, last] = [placeOf(currency, city), Math.floor(Math.min(maxCents, mostCents) / stepCents)]
  for (let at = Math.floor(minCents / stepCents), size = 1; at <= last; at += size) {
    size = 1
    while (size * 10 <= at && at % (size * 10) === 0 && at + size * 10 - 1 <= last) size *= 10
    const open = String(size).length - 1
    const digits = String(at)
    tokens.push(tokenOf(place, digits.slice(0, digits.length - open), open))
  }
  return tokens
}
