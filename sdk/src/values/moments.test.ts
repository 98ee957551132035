import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { isDay, isTimeZone, latestStart, localDay, localTime, offsetDateTime, parseMoment, utcFrom } from './moments.ts'
import { primaryZone } from './zones.ts'

describe('a moment is read as it is meant', () => {
  test.each([
    ['2035-06-01T19:30:00Z', '2035-06-01T19:30:00.000Z'],
    ['2035-06-01t19:30:00z', '2035-06-01T19:30:00.000Z'],
    ['2035-06-01 19:30:00Z', '2035-06-01T19:30:00.000Z'],
    ['2035-06-01T19:30:00+02', '2035-06-01T17:30:00.000Z'],
    ['2035-06-01T19:30:00+0200', '2035-06-01T17:30:00.000Z'],
    ['2035-06-01T19:30:00+02:00', '2035-06-01T17:30:00.000Z'],
    ['2035-06-01T19:30:00 02:00', '2035-06-01T17:30:00.000Z'],
    ['2035-06-01T19:30:00-0530', '2035-06-02T01:00:00.000Z'],
    ['2035-06-01T19:30:00−05:30', '2035-06-02T01:00:00.000Z'],
    ['2035-06-01T19:30Z', '2035-06-01T19:30:00.000Z'],
    ['2035-06-01T19:30+14', '2035-06-01T05:30:00.000Z'],
    ['2035-06-01T19:30:00.1Z', '2035-06-01T19:30:00.100Z'],
    ['2035-06-01T19:30:00.123456789Z', '2035-06-01T19:30:00.123Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
    ['9999-12-31T23:59:59+12:00', '9999-12-31T11:59:59.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
  ])('%p is %p', (text, iso) => {
    expect(parseMoment(text)?.toISOString()).toBe(iso)
  })
})

test.each([
  '',
  '2035-06-01',
  '2035-06-01T19:30:00',
  '9999-12-31T23:59:59-12:00',
  '0001-01-01T00:00:00+01',
  '0000-01-01T00:00:00Z',
  '10000-01-01T00:00:00Z',
  '+010000-01-01T00:00:00Z',
  '2035-02-30T00:00:00Z',
  '2035-02-29T00:00:00Z',
  '2100-02-29T00:00:00Z',
  '2035-13-01T00:00:00Z',
  '2035-00-01T00:00:00Z',
  '2035-06-00T00:00:00Z',
  '2035-06-01T24:00:00Z',
  '2035-06-01T23:60:00Z',
  '2035-06-01T23:59:61Z',
  '2035-06-01T19:30:00+24:00',
  '2035-06-01T19:30:00+02:60',
  '2035-06-01T19:30:00+2',
  '2035-06-01T19:30:00.1234567890Z',
  '2035-06-01T19:30:00Z ',
  ' 2035-06-01T19:30:00Z',
  '2035-06-01T19:30:00Z\n',
  '2035-W22-5T19:30:00Z',
  'tomorrow',
  '1893456000',
])('%p is no moment', (text) => {
  expect(parseMoment(text)).toBeUndefined()
})

test('every moment of four-digit years is read back, whatever its offset', () => {
  const limits = { min: new Date('0002-01-01T00:00:00Z'), max: new Date('9998-12-31T00:00:00Z'), noInvalidDate: true }
  fc.assert(
    fc.property(fc.date(limits), fc.integer({ min: -23 * 60, max: 23 * 60 }), (date, offset) => {
      expect(parseMoment(date.toISOString())).toEqual(date)
      const two = (number: number) => String(Math.abs(Math.trunc(number))).padStart(2, '0')
      const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1)
      const sign = offset < 0 ? '-' : '+'
      expect(parseMoment(`${local}${sign}${two(offset / 60)}:${two(offset % 60)}`)).toEqual(date)
    }),
    { numRuns: 2000 },
  )
})

test('whatever is read as a moment can be shown and stored again', () => {
  const character = fc.constantFrom(...'0123456789-+:.TZtz ,−')
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: character, maxLength: 30 }), fc.string({ unit: 'binary' })), (text) => {
      const date = parseMoment(text)
      if (date) expect(date.toISOString()).toMatch(/^\d{4}-/)
      isDay(text)
    }),
    { numRuns: 5000 },
  )
})

test('a show may begin within ten years, also from a leap day on', () => {
  expect(latestStart(new Date('2026-11-28T00:00:00Z'))).toEqual(new Date('2036-11-28T00:00:00Z'))
  expect(latestStart(new Date('2028-02-29T00:00:00Z'))).toEqual(new Date('2038-03-01T00:00:00Z'))
})

const zoneInfo = '/usr/share/zoneinfo/tzdata.zi'
const namesOfDatabase = async (): Promise<string[]> => {
  if (!(await Bun.file(zoneInfo).exists())) return Intl.supportedValuesOf('timeZone')
  const lines = (await Bun.file(zoneInfo).text()).split('\n').map((line) => line.split(' '))
  const names = lines.flatMap(([kind, one, other]) => (kind === 'Z' ? [one] : kind === 'L' ? [other] : []))
  // `Factory` stands for "not set up"; it is no place.
  return names.filter((name): name is string => name !== undefined && name !== 'Factory')
}

describe('every name of the tz database', () => {
  test('is a zone, in any case, and its name of today keeps the same time', async () => {
    const names = await namesOfDatabase()
    expect(names.length).toBeGreaterThan(400)
    for (const name of names) {
      expect({ name, is: isTimeZone(name) && isTimeZone(name.toLowerCase()) }).toEqual({ name, is: true })
      const primary = primaryZone(name)
      expect({ name, is: isTimeZone(primary) }).toEqual({ name, is: true })
      for (const iso of ['2027-01-15T12:00:00Z', '2027-07-15T12:00:00Z'])
        expect({ name, at: localTime(iso, primary) }).toEqual({ name, at: localTime(iso, name) })
      expect(primaryZone(primary)).toBe(primary)
    }
  })

  test('survives a form that is saved untouched, at every turn of its clock', async () => {
    for (const name of await namesOfDatabase()) {
      const turns: string[] = []
      let at = Temporal.Instant.from('2027-01-01T00:00:00Z').toZonedDateTimeISO(name)
      for (
        let next = at.getTimeZoneTransition('next');
        next && turns.length < 12;
        next = at.getTimeZoneTransition('next')
      ) {
        if (next.year > 2030) break
        at = next
        for (const minutes of [-90, -30, 0, 30, 90]) turns.push(next.add({ minutes }).toInstant().toString())
      }
      for (const iso of ['2027-06-01T19:30:15.250Z', ...turns]) {
        const stored = new Date(iso).toISOString()
        expect({ name, saved: utcFrom(localTime(stored, name), name, stored) }).toEqual({ name, saved: stored })
        expect(new Date(offsetDateTime(stored, name)).getTime()).toBe(Math.floor(Date.parse(stored) / 1000) * 1000)
      }
    }
  })
})

test.each(['', '+02:00', '-05', 'Europe/Nowhere', '<b>', 'x'.repeat(65), 'Factory', 'UTC+1', 'Europe/Berlin\0'])(
  '%p is no zone',
  (name) => {
    expect(isTimeZone(name)).toBe(false)
  },
)

test.each([
  ['Asia/Calcutta', 'Asia/Kolkata'],
  ['Europe/Kiev', 'Europe/Kyiv'],
  ['America/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['Africa/Asmera', 'Africa/Asmara'],
  ['US/Pacific', 'America/Los_Angeles'],
  ['Europe/Amsterdam', 'Europe/Amsterdam'],
])('%p goes by %p today', (name, primary) => {
  expect(primaryZone(name)).toBe(primary)
})

test('a day is the venue’s, not that of UTC', () => {
  expect(localDay(new Date('2027-06-02T03:00:00Z'), 'America/Los_Angeles')).toBe('2027-06-01')
  expect(localDay(new Date('2027-06-01T12:00:00Z'), 'Pacific/Kiritimati')).toBe('2027-06-02')
  expect(localDay(new Date('2027-06-01T23:59:59Z'))).toBe('2027-06-01')
})

test('a start is told with the offset of its venue', () => {
  expect(offsetDateTime('2027-06-02T03:00:00Z', 'America/Los_Angeles')).toBe('2027-06-01T20:00:00-07:00')
  expect(offsetDateTime('2027-01-02T03:00:00Z', 'Asia/Calcutta')).toBe('2027-01-02T08:30:00+05:30')
  expect(offsetDateTime('2027-01-02T03:00:00Z')).toBe('2027-01-02T03:00:00+00:00')
})

test('an hour that is there twice is the first when typed, and stays the second when untouched', () => {
  expect(utcFrom('2027-10-31T02:30', 'Europe/Vienna')).toBe('2027-10-31T00:30:00.000Z')
  expect(utcFrom('2027-10-31T02:30', 'Europe/Vienna', '2027-10-31T01:30:00.000Z')).toBe('2027-10-31T01:30:00.000Z')
  expect(utcFrom('2027-10-31T02:30', 'Europe/Vienna', '2027-10-30T01:30:00.000Z')).toBe('2027-10-31T00:30:00.000Z')
})

test.each([
  ['2027-03-28T02:30', 'Europe/Vienna'],
  ['2027-02-31T20:00', 'UTC'],
  ['2027-06-01', 'UTC'],
  ['20270-06-01T20:00', 'UTC'],
  ['2027-06-01T20:00', '+02:00'],
  ['', 'UTC'],
])('%p in %p is no time there', (local, zone) => {
  expect(utcFrom(local, zone)).toBeUndefined()
})
