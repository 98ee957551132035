import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { currencies, currencyNamed } from './currencies.ts'
import { amountField, formatMoney, majorUnits, minorUnits } from './money.ts'

// https://docs.stripe.com/currencies, as of September 2026
const leasts: [string, number][] = [
  ['usd', 50],
  ['aed', 200],
  ['ars', 50],
  ['aud', 50],
  ['bgn', 100],
  ['brl', 50],
  ['cad', 50],
  ['chf', 50],
  ['cop', 50],
  ['czk', 1500],
  ['dkk', 250],
  ['eur', 50],
  ['gbp', 30],
  ['hkd', 400],
  ['huf', 17500],
  ['idr', 50],
  ['ils', 50],
  ['inr', 50],
  ['jpy', 50],
  ['krw', 50],
  ['mxn', 1000],
  ['myr', 200],
  ['nok', 300],
  ['nzd', 50],
  ['php', 50],
  ['pln', 200],
  ['ron', 200],
  ['rub', 50],
  ['sek', 300],
  ['sgd', 50],
  ['thb', 1000],
  ['zar', 50],
  ['isk', 100],
  ['ugx', 100],
  ['kwd', 50],
]

test.each(leasts)('the least in %p is %p', (code, min) => {
  expect(currencies.get(code)?.min).toBe(min)
})

test.each(['dem', 'xxx', 'kpw', 'xts', 'xau', 'usdc', 'ats', 'USD', '', 'hrk'])('%p is nothing to sell for', (code) => {
  expect(currencies.has(code)).toBe(false)
})

test.each([
  ['huf', 2, 2, 1],
  ['twd', 2, 2, 1],
  ['ugx', 2, 0, 100],
  ['isk', 2, 0, 100],
  ['jpy', 0, 0, 1],
  ['mga', 0, 0, 1],
  ['xof', 0, 0, 1],
  ['kwd', 3, 3, 10],
  ['tnd', 3, 3, 10],
  ['idr', 2, 2, 1],
])('%p has %p digits, shows %p, moves by %p', (code, digits, shownDigits, increment) => {
  expect(currencies.get(code)).toMatchObject({ digits, shownDigits, increment })
})

test('bounds are amounts that can be moved', () => {
  expect(currencies.size).toBeGreaterThan(130)
  for (const { min, max, increment } of currencies.values()) {
    expect(min % increment).toBe(0)
    expect(max % increment).toBe(0)
    expect(min).toBeLessThan(max)
  }
})

describe('what is typed', () => {
  test.each([
    ['19.99', 'usd', 'en', 1999],
    ['19,99', 'usd', 'en', 1999],
    ['1,250.00', 'usd', 'en', 125000],
    ['1,250', 'usd', 'en', 125000],
    ['1.250,50', 'eur', 'de', 125050],
    ['1.250,50', 'eur', 'en', 125050],
    ['1,250.50', 'eur', 'de', 125050],
    ['1.250', 'eur', 'de', 125000],
    ['1.250', 'eur', 'de-AT', 125000],
    ['1 000', 'eur', 'de', 100000],
    ['1\u00a0000,5', 'eur', 'fr', 100050],
    ['1\u202f000', 'eur', 'fr', 100000],
    ['1’000', 'chf', 'de-CH', 100000],
    ["1'000.50", 'chf', 'de-CH', 100050],
    ['1,00,000', 'inr', 'en-IN', 10000000],
    ['1,250,000', 'krw', 'en', 1250000],
    ['1.250.000', 'idr', 'en', 125000000],
    ['١٢٣٫٥٠', 'aed', 'en', 12350],
    ['۱۲۳', 'aed', 'en', 12300],
    ['１２３．５０', 'usd', 'en', 12350],
    ['$12.50', 'usd', 'en', 1250],
    ['12.50 $', 'usd', 'en', 1250],
    ['US$ 12.50', 'usd', 'en-GB', 1250],
    ['usd 12.50', 'usd', 'en', 1250],
    ['12,50 €', 'eur', 'de', 1250],
    ['€12', 'eur', 'en', 1200],
    ['EUR 12', 'eur', 'de', 1200],
    ['12 Euro', 'eur', 'de', 1200],
    ['25,–', 'eur', 'de', 2500],
    ['25.-', 'chf', 'de-CH', 2500],
    ['Fr. 25.-', 'chf', 'de-CH', 2500],
    ['£30', 'gbp', 'en', 3000],
    ['¥5000', 'jpy', 'en', 5000],
    ['5,000円', 'jpy', 'en', 5000],
    ['1.250', 'jpy', 'en', 1250],
    ['5000.00', 'jpy', 'en', 5000],
    ['1.250', 'kwd', 'en', 1250],
    ['1,250', 'kwd', 'de', 1250],
    ['5', 'isk', 'en', 500],
    ['175', 'huf', 'en', 17500],
    [' 12 ', 'usd', 'en', 1200],
    ['.50', 'usd', 'en', 50],
    ['0', 'usd', 'en', 0],
    ['12.', 'usd', 'en', 1200],
    ['\u200b12\u200e', 'usd', 'en', 1200],
    ['12,', 'eur', 'de', 1200],
    ['US$ 12.50', 'usd', 'en', 1250],
    ['12 dollars', 'usd', 'en', 1200],
    ['12 Dollar', 'usd', 'de', 1200],
    ['12 pounds', 'gbp', 'en', 1200],
    ['20 Franken', 'chf', 'de-CH', 2000],
    ['C$12', 'cad', 'en', 1200],
    ['Rs. 500', 'inr', 'en-IN', 50000],
    ['Rs 500/-', 'inr', 'en-IN', 50000],
    ['₹1,25,000/-', 'inr', 'en-IN', 12500000],
    ['KSh 500/=', 'kes', 'en', 50000],
    ['12 TL', 'try', 'en', 1200],
    ['12 руб.', 'rub', 'ru', 1200],
    ['１，２５０。５０', 'cny', 'en', 125050],
    ['£12·50', 'gbp', 'en', 1250],
    ['25,– €', 'eur', 'de', 2500],
  ])('%p %p in %p is %p', (typed, currency, locale, amount) => {
    expect(minorUnits(typed, currency, locale)).toBe(amount)
  })

  test.each([
    ['', 'usd', 'en'],
    ['free', 'usd', 'en'],
    ['-5', 'usd', 'en'],
    ['−5', 'usd', 'en'],
    ['1e3', 'usd', 'en'],
    ['0x10', 'usd', 'en'],
    ['19.999', 'usd', 'en'],
    ['1.250', 'usd', 'en'],
    ['1,250', 'eur', 'de'],
    ['1,25,0', 'usd', 'en'],
    ['10 00', 'usd', 'en'],
    ['1.5', 'jpy', 'en'],
    ['€12', 'usd', 'en'],
    ['12 EUR', 'usd', 'en'],
    ['12 13', 'usd', 'en'],
    ['1.2.3', 'usd', 'en'],
    ['1,000.00.00', 'usd', 'en'],
    ['12', 'us', 'en'],
    ['9'.repeat(20), 'usd', 'en'],
    ['9'.repeat(100), 'usd', 'en'],
    ['1e300', 'usd', 'en'],
    ['1x250', 'usd', 'en'],
    ['10-200', 'usd', 'en'],
    ['10–200', 'usd', 'en'],
    ['1/250', 'usd', 'en'],
    ['1:250', 'usd', 'en'],
    ['1_250', 'usd', 'en'],
    ['1*250', 'usd', 'en'],
    ['12⁹⁹', 'eur', 'fr'],
    ['12½', 'usd', 'en'],
    ['①', 'usd', 'en'],
    ['12 pounds', 'usd', 'en'],
    ['C$12', 'usd', 'en'],
  ])('%p %p in %p is no amount', (typed, currency, locale) => {
    expect(minorUnits(typed, currency, locale)).toBeUndefined()
  })
})

const locales =
  'en en-GB en-US en-IN en-ZA en-CA de de-AT de-CH fr fr-CH es it pl sv ru ar ar-EG fa hi ja ko zh-Hant pt-BR'.split(
    ' ',
  )
const amounts = fc.record({
  currency: fc.constantFrom(...currencies.keys()),
  locale: fc.constantFrom(...locales),
  steps: fc.integer({ min: 0, max: 99_999_999 }),
})

test('what a page shows or a field has is read back as the same amount, in every currency and locale', () => {
  fc.assert(
    fc.property(amounts, ({ currency, locale, steps }) => {
      const { increment } = currencyNamed(currency)
      const amount = steps * increment
      expect({ currency, locale, read: minorUnits(amountField(amount, currency, locale), currency, locale) }).toEqual({
        currency,
        locale,
        read: amount,
      })
      expect({ locale, read: minorUnits(majorUnits(amount, currency), currency, 'en') }).toEqual({
        locale,
        read: amount,
      })
      const shown = formatMoney(amount, currency, locale)
      expect({ shown, locale, read: minorUnits(shown, currency, locale) }).toEqual({ shown, locale, read: amount })
    }),
    { numRuns: 5000 },
  )
})

test('nothing that is typed throws, and what is read is a whole amount', () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: fc.constantFrom(..."0123456789.,'’ -€$٫٬٣３"), maxLength: 12 }),
  )
  fc.assert(
    fc.property(typed, fc.constantFrom(...currencies.keys()), fc.constantFrom(...locales), (text, currency, locale) => {
      const amount = minorUnits(text, currency, locale)
      expect(amount === undefined || (Number.isSafeInteger(amount) && amount >= 0)).toBe(true)
    }),
    { numRuns: 3000 },
  )
})

// Guarantee: what is between digits and no separator of numbers never makes a larger one.
test('two numbers with anything but a separator between are no amount', () => {
  const between = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 3 })
    .filter(
      (text) =>
        !/[\d\s.,'’‘ʼ´`·。\p{Nd}\p{Default_Ignorable_Code_Point}\p{Cf}\u066b\u066c]/u.test(text.normalize('NFKC')),
    )
  fc.assert(
    fc.property(between, fc.constantFrom(...locales), (text, locale) => {
      expect({ text, read: minorUnits(`1${text}250`, 'usd', locale) }).toEqual({ text, read: undefined })
    }),
    { numRuns: 2000 },
  )
})

test.each([
  [125000, 'usd', 'en', '$1,250.00'],
  [17500, 'huf', 'en', 'HUF\u00a0175.00'],
  [500, 'isk', 'en', 'ISK\u00a05'],
  [5000, 'jpy', 'en', '¥5,000'],
  [5000, 'mga', 'en', 'MGA\u00a05,000'],
  [1250, 'kwd', 'en', 'KWD\u00a01.250'],
  [125050, 'eur', 'de', '1.250,50\u00a0€'],
])('%p %p in %p is shown as %p', (amount, currency, locale, shown) => {
  expect(formatMoney(amount, currency, locale)).toBe(shown)
})
