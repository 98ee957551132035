import { expect, test } from 'bun:test'
import { formatClock, formatLeft, formatSpan, formatTime } from './dates.ts'

test('a time says that it is UTC, in the reader’s language', () => {
  expect(formatTime('2027-03-01T19:00:00.000Z', 'en-GB')).toMatch(/Monday,? 1 March 2027 at 19:00 UTC/)
  expect(formatTime('2027-03-01T19:00:00.000Z', 'de')).toMatch(/Montag, 1\. März 2027.*19:00 UTC/)
  expect(formatClock('2027-03-01T19:00:05.000Z', 'en-GB', 'UTC')).toBe('19:00:05 UTC')
})

test('a zone that the browser does not know is told in UTC', () => {
  expect(formatTime('2027-03-01T19:00:00.000Z', 'en-GB', 'Atlantis/Capital')).toMatch(/19:00 UTC/)
})

test('what is left is never shown as less than it is', () => {
  expect(formatLeft(900_000, 'en')).toBe('15 minutes 0 seconds')
  expect(formatLeft(61_000, 'en')).toBe('1 minute 1 second')
  expect(formatLeft(1, 'de')).toBe('1 Sekunde')
  expect(formatLeft(-5, 'en')).toBe('0 seconds')
})

test('a span is told in the largest unit that it is whole in', () => {
  const spans = [86_400, 172_800, 129_600, 90, 300].map((seconds) => formatSpan(seconds, 'en'))
  expect(spans).toEqual(['1 day', '2 days', '36 hours', '90 seconds', '5 minutes'])
})
