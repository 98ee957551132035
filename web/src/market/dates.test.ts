import { expect, test } from 'bun:test'
import { formatClock, formatLeft, formatTime, utcFrom } from './dates.ts'

test('a time says that it is UTC, in the reader’s language', () => {
  expect(formatTime('2027-03-01T19:00:00.000Z', 'en-GB')).toMatch(/Monday,? 1 March 2027 at 19:00 UTC/)
  expect(formatTime('2027-03-01T19:00:00.000Z', 'de')).toMatch(/Montag, 1\. März 2027.*19:00 UTC/)
  expect(formatClock('2027-03-01T19:00:05.000Z', 'en-GB', 'UTC')).toBe('19:00:05 UTC')
})

test('a local time with its offset becomes UTC', () => {
  expect(utcFrom('2027-03-01T19:00', '+02:00')).toBe('2027-03-01T17:00:00.000Z')
  expect(utcFrom('2027-03-01T23:30:00', '-05:45')).toBe('2027-03-02T05:15:00.000Z')
})

test.each([
  ['2027-02-30T19:00', '+00:00'],
  ['2027-13-01T19:00', '+00:00'],
  ['tomorrow', '+00:00'],
  ['2027-03-01T19:00', 'CET'],
  ['', ''],
])('%p %p is no time', (local, offset) => {
  expect(utcFrom(local, offset)).toBeUndefined()
})

test('what is left is never shown as less than it is', () => {
  expect(formatLeft(900_000, 'en')).toBe('15 minutes 0 seconds')
  expect(formatLeft(61_000, 'en')).toBe('1 minute 1 second')
  expect(formatLeft(1, 'de')).toBe('1 Sekunde')
  expect(formatLeft(-5, 'en')).toBe('0 seconds')
})
