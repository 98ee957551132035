import { expect, test } from 'bun:test'
import { formatClock, formatLeft, formatSpan, formatTime, localTime, utcFrom } from './dates.ts'

test('a time says that it is UTC, in the reader’s language', () => {
  expect(formatTime('2027-03-01T19:00:00.000Z', 'en-GB')).toMatch(/Monday,? 1 March 2027 at 19:00 UTC/)
  expect(formatTime('2027-03-01T19:00:00.000Z', 'de')).toMatch(/Montag, 1\. März 2027.*19:00 UTC/)
  expect(formatClock('2027-03-01T19:00:05.000Z', 'en-GB', 'UTC')).toBe('19:00:05 UTC')
})

test('a local time at the venue becomes UTC and back, summer and winter', () => {
  for (const [local, zone, utc] of [
    ['2027-07-01T19:00', 'Europe/Vienna', '2027-07-01T17:00:00.000Z'],
    ['2027-01-01T19:00', 'Europe/Vienna', '2027-01-01T18:00:00.000Z'],
    ['2027-03-01T23:30', 'Asia/Kathmandu', '2027-03-01T17:45:00.000Z'],
    ['2027-03-28T03:30', 'Europe/Vienna', '2027-03-28T01:30:00.000Z'],
    ['2027-11-07T00:30', 'America/New_York', '2027-11-07T04:30:00.000Z'],
    ['2027-03-01T19:00', 'UTC', '2027-03-01T19:00:00.000Z'],
  ] as const) {
    expect(utcFrom(local, zone)).toBe(utc)
    expect(localTime(utc, zone)).toBe(local)
  }
})

test.each([
  ['2027-02-30T19:00', 'UTC'],
  ['2027-13-01T19:00', 'UTC'],
  ['2027-03-28T02:30', 'Europe/Vienna'],
  ['tomorrow', 'UTC'],
  ['2027-03-01T19:00', 'Nowhere/Else'],
  ['2027-03-01T19:00', '+01:00'],
  ['', ''],
])('%p in %p is no time', (local, zone) => {
  expect(utcFrom(local, zone)).toBeUndefined()
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
