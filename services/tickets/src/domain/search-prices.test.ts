import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { priceTokens, priceTokensBetween } from './search-prices.ts'

test('a price is found by its beginnings, anywhere and in its city, and a range of prices by a few', () => {
  expect(priceTokens(10_550, 'eur', 'wien')).toEqual([
    ...['eur 1xx', 'eur 10x', 'eur 105'],
    ...['wien eur 1xx', 'wien eur 10x', 'wien eur 105'],
  ])
  expect(priceTokens(99, 'eur', '')).toEqual(['eur 0'])
  const range = { currency: 'eur', minCents: 10_000, maxCents: 11_000 }
  expect(priceTokensBetween(range)).toEqual(['eur 10x', 'eur 110'])
  expect(priceTokensBetween({ ...range, city: 'wien' })).toEqual(['wien eur 10x', 'wien eur 110'])
  expect(priceTokensBetween({ currency: 'eur', minCents: 2_000, maxCents: 1_000 })).toEqual([])
})

// Guarantee: a listing is in a range of prices whenever its price is, once, and the range is few enough to be merged.
test('of the tokens of a range one has each price in it, and none has one that is a step away', () => {
  const cents = fc.oneof(fc.nat(20_000), fc.integer({ min: 0, max: 999_999_999_999 }))
  fc.assert(
    fc.property(cents, cents, cents, fc.constantFrom('', 'wien', 'llanfairpwllgwyngyll'), (one, other, price, city) => {
      const [min, max] = one < other ? [one, other] : [other, one]
      const tokens = priceTokensBetween({ currency: 'eur', minCents: min, maxCents: max, city })
      // MongoDB merges the finds of so many at most: internalQueryMaxScansToExplode.
      expect(tokens.length).toBeLessThan(200)
      const found = priceTokens(price, 'eur', city).filter((token) => tokens.includes(token)).length
      if (price >= min && price <= max) expect(found).toBe(1)
      else if (price < min - 100 || price > max + 100) expect(found).toBe(0)
    }),
    { numRuns: 2_000 },
  )
})
