import { expect, test } from 'bun:test'
import { formatMoney, majorUnits, minorUnits } from './money.ts'

test('an amount is shown with as many decimals as its currency has', () => {
  expect(formatMoney(1999, 'usd', 'en-US')).toBe('$19.99')
  expect(formatMoney(1999, 'jpy', 'en-US')).toBe('¥1,999')
  expect(formatMoney(1999, 'kwd', 'en-US').replace(/\s/g, ' ')).toBe('KWD 1.999')
  expect(formatMoney(1999, 'eur', 'de').replace(/\s/g, ' ')).toBe('19,99 €')
})

test('what is typed becomes whole minor units, to the digit', () => {
  expect(minorUnits('19.99', 'usd')).toBe(1999)
  expect(minorUnits('19,9', 'eur')).toBe(1990)
  expect(minorUnits(' 25 ', 'usd')).toBe(2500)
  expect(minorUnits('1.1', 'kwd')).toBe(1100)
  expect(minorUnits('2000', 'jpy')).toBe(2000)
  for (let cents = 0; cents <= 20_000; cents += 7) expect(minorUnits(majorUnits(cents, 'usd'), 'usd')).toBe(cents)
})

test.each(['', '-1', '1.999', '1e3', '1,000.00', 'NaN', '0x10', '9'.repeat(13)])(
  '%p is no price in dollars',
  (typed) => {
    expect(minorUnits(typed, 'usd')).toBeUndefined()
  },
)

test('there are no tenths of a yen, and no currency called "dollars"', () => {
  expect(minorUnits('1.5', 'jpy')).toBeUndefined()
  expect(minorUnits('1', 'dollars')).toBeUndefined()
})

test('currencies that Stripe counts otherwise than daily life does', () => {
  expect(minorUnits('500', 'isk')).toBe(50_000)
  expect(formatMoney(50_000, 'isk', 'en-US').replace(/\s/g, ' ')).toBe('ISK 500')
  expect(minorUnits('3000', 'mga')).toBe(3_000)
})
