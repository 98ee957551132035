import { isTimeZone } from '@fairpass/sdk/values'

// Making a formatter costs more than using it a hundred times; readers share a few.
const maxFormats = 500
const formats = new Map<string, Intl.DateTimeFormat>()

const formatFor = (locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${locale} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known) return known
  if (formats.size >= maxFormats) formats.clear()
  const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: knownZone(options.timeZone) })
  formats.set(key, format)
  return format
}

/** A browser may be older than a zone, or know it by its former name alone; then it is said in UTC. */
const knownZone = (timeZone: string | undefined): string | undefined =>
  timeZone === undefined || isTimeZone(timeZone) ? timeZone : 'UTC'

/** `Monday 1 March 2027 at 20:00 CET`, by the clock at the venue. */
export const formatTime = (iso: string, locale: string, timeZone = 'UTC'): string =>
  formatFor(locale, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  }).format(new Date(iso))

/** The day of a time at the venue in its parts, for where a line is too long. */
export const dayParts = (iso: string, locale: string, timeZone = 'UTC') => {
  const date = new Date(iso)
  const part = (options: Intl.DateTimeFormatOptions) => formatFor(locale, { ...options, timeZone }).format(date)
  return {
    month: part({ month: 'short' }),
    day: part({ day: '2-digit' }).replace(/\D+$/, ''),
    weekday: part({ weekday: 'short' }),
    clock: part({ hour: 'numeric', minute: '2-digit' }),
    year: part({ year: 'numeric' }),
  }
}

/** A time of day to the second, in a time zone or in the machine's own; UTC says that it is. */
export const formatClock = (iso: string, locale: string, timeZone?: string): string => {
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', timeZone }).format(new Date(iso))
  return timeZone === 'UTC' ? `${time} UTC` : time
}

/** `14 minutes 5 seconds`, for what is left of a hold. */
export const formatLeft = (ms: number, locale: string): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const part = (count: number, unit: 'minute' | 'second') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
  const minutes = Math.floor(seconds / 60)
  return minutes > 0 ? `${part(minutes, 'minute')} ${part(seconds % 60, 'second')}` : part(seconds, 'second')
}

/** `1 day`, in the largest unit that it is whole in. */
export const formatSpan = (seconds: number, locale: string): string => {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const
  const [unit, size] = units.find(([, size]) => seconds % size === 0) ?? (['second', 1] as const)
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / size)
}
