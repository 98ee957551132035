import { asciiDigits } from './digits.ts'

/** The last moment that four digits of a year can say, in UTC. */
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const earliest = Date.parse('0001-01-01T00:00:00Z')

const day = /^(\d{4})-(\d{2})-(\d{2})$/
// A `+` in a query that nobody encoded arrives as a space.
const moment =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:[Zz]|([-+ \u2212])(\d{2})(?::?(\d{2}))?)$/

/** Whether a text is a day that exists, as `2030-05-31`. */
export const isDay = (text: string): boolean => {
  const [, year, month, dayOfMonth] = (day.exec(text) ?? []).map(Number)
  if (year === undefined || month === undefined || dayOfMonth === undefined || year < 1) return false
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, dayOfMonth)
  // A Date would roll 31 February on to March.
  return month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth
}

/**
 * A moment with its offset, as RFC 3339 and its profile of ISO 8601 write it: seconds and the minutes of the offset may be
 * left out (`2035-06-01T19:30+02`), a leap second is the one after it.
 * @returns undefined for what is no moment between the years 1 and 9999 in UTC
 */
export const parseMoment = (text: string): Date | undefined => {
  const found = moment.exec(text)
  if (!found) return undefined
  const [, date = '', hours, minutes, seconds = '0', fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] =
    found
  const isPossible =
    isDay(date) &&
    Number(hours) < 24 &&
    Number(minutes) < 60 &&
    Number(seconds) <= 60 &&
    Number(offsetHours) < 24 &&
    Number(offsetMinutes) < 60
  if (!isPossible) return undefined
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' || sign === '\u2212' ? -1 : 1)
  const local = Date.parse(`${date}T00:00:00Z`)
  const at = local + ((Number(hours) * 60 + Number(minutes) - offset) * 60 + Number(seconds)) * 1000 + ms
  return at >= earliest && at <= latest ? new Date(at) : undefined
}

/** Beyond this nobody sells a ticket; a slip of the pen does. */
const maxYearsAhead = 10

/** The last moment at which a show may be listed to begin, from `now` on. */
export const latestStart = (now: Date): Date => {
  const limit = new Date(now)
  limit.setUTCFullYear(now.getUTCFullYear() + maxYearsAhead)
  return limit
}

/** What the clock in a zone shows, as a datetime-local has it. For servers: not every browser knows Temporal. */
export const localTime = (iso: string, timeZone: string): string =>
  Temporal.Instant.from(iso).toZonedDateTimeISO(timeZone).toPlainDateTime().toString({ smallestUnit: 'minute' })

/** The day that a moment falls on at the venue, as `2030-05-31`. */
export const localDay = (date: Date, timeZone = 'UTC'): string =>
  Temporal.Instant.fromEpochMilliseconds(date.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString()

const offsetFormats = new Map<string, Intl.DateTimeFormat>()

const offsetFormatFor = (timeZone: string): Intl.DateTimeFormat => {
  const known = offsetFormats.get(timeZone)
  if (known) return known
  const two = '2-digit' as const
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, hourCycle: 'h23', timeZoneName: 'longOffset', calendar: 'gregory' },
    ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two },
  })
  offsetFormats.set(timeZone, format)
  return format
}

/** A moment with the venue's own offset, as schema.org asks for: `2030-05-31T20:00:00-07:00`. In browsers, too. */
export const offsetDateTime = (iso: string, timeZone = 'UTC'): string => {
  const parts = offsetFormatFor(isTimeZone(timeZone) ? timeZone : 'UTC').formatToParts(new Date(iso))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? ''
  const offset = part('timeZoneName').replace(/^GMT/, '').replace('\u2212', '-') || '+00:00'
  const day = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
  return `${day}T${part('hour')}:${part('minute')}:${part('second')}${offset.slice(0, 6)}`
}

/**
 * What was typed into a datetime-local at the venue, in UTC. Where the clock shows a time twice, the first is meant, unless
 * `unless` shows the same: then nobody has touched the field.
 * @param unless what the field was filled in from
 * @returns undefined for what is no time there, as 31 February is nowhere and half past two is not where the clock goes
 * from two to three
 */
export const utcFrom = (typed: string, timeZone: string, unless?: string): string | undefined => {
  const local = asciiDigits(typed.trim())
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/.test(local) || !isTimeZone(timeZone)) return undefined
  try {
    if (unless !== undefined && localTime(unless, timeZone) === local) return unless
    const there = Temporal.PlainDateTime.from(local, { overflow: 'reject' })
    const time = there.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
    return time.toPlainDateTime().equals(there) ? new Date(time.epochMilliseconds).toISOString() : undefined
  } catch {
    return undefined
  }
}

/** Whether a text names a place of the IANA database; an offset such as `+02:00` would not know of summer time. */
export const isTimeZone = (name: string): boolean => {
  if (!/^[a-z]/i.test(name) || name.length > 64) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
