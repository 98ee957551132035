import { expect, test } from 'bun:test'
import { formatShare, proceedsOf } from './fee.ts'

test('the seller gets the price less the platform’s share, in whole minor units', () => {
  expect(proceedsOf(8950, 500)).toBe(8502)
  expect(proceedsOf(8950, 0)).toBe(8950)
  expect(proceedsOf(50, 10_000)).toBe(0)
  expect(formatShare(250, 'de')).toMatch(/^2,5\s%$/)
})
