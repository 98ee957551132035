import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { feeOf } from './fee.ts'

test.each([
  // 2.5 % of what cannot be halved: half up, to the currency's own smallest unit.
  ['eur', 4_200, 250, 105],
  ['eur', 4_219, 250, 105],
  ['eur', 4_220, 250, 106],
  ['eur', 99, 50, 0],
  ['eur', 100, 50, 1],
  // A yen has no parts.
  ['jpy', 4_220, 250, 106],
  ['jpy', 50, 100, 1],
  ['jpy', 49, 100, 0],
  // A dinar has a thousand fils, and Stripe moves them by ten.
  ['kwd', 4_200, 250, 110],
  ['kwd', 4_190, 250, 100],
  ['kwd', 12_340, 0, 0],
  ['isk', 100_000, 250, 2_500],
  ['isk', 10_000, 50, 100],
  ['eur', 50, 10_000, 50],
])('the fee on %s %i at %i basis points is %i', (currency, total, basisPoints, fee) => {
  expect(feeOf(total, basisPoints, currency)).toBe(fee)
})

// Guarantee: the fee is a whole number between nothing and the price, and as near to the exact share as Stripe can move.
test('a fee is whole, bounded and near', () => {
  const currencies = [
    ['eur', 1],
    ['jpy', 1],
    ['kwd', 10],
    ['isk', 100],
  ] as const
  fc.assert(
    fc.property(
      fc.integer({ min: 50, max: 99_999_999 }),
      fc.integer({ min: 0, max: 10_000 }),
      fc.constantFrom(...currencies),
      (total, basisPoints, [currency, unit]) => {
        const fee = feeOf(total, basisPoints, currency)
        expect(Number.isSafeInteger(fee)).toBe(true)
        expect(fee).toBeGreaterThanOrEqual(0)
        expect(fee).toBeLessThanOrEqual(total)
        expect(Math.abs(fee * 10_000 - total * basisPoints)).toBeLessThanOrEqual(unit * 5_000)
      },
    ),
  )
})
