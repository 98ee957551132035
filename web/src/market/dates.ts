/** The reader's first language that Intl knows; English where there is none. */
export const localeFrom = (acceptLanguage: string | null): string => {
  const wishes = (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map((wish) => {
      const [tag = '', ...parameters] = wish.trim().split(';')
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1]).find(Boolean)
      return { tag, quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality)
  for (const { tag } of wishes) {
    if (/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag) && Intl.DateTimeFormat.supportedLocalesOf([tag])[0]) return tag
  }
  return 'en'
}

// Venues have no zone of their own yet, so every time says that it is UTC.
export const formatTime = (iso: string, locale: string): string => {
  const options = { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' } as const
  return `${new Intl.DateTimeFormat(locale, options).format(new Date(iso))} UTC`
}

export const formatClock = (iso: string): string => `${iso.slice(11, 19)} UTC`

/** `14 minutes 5 seconds`, for what is left of a hold. */
export const formatLeft = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const part = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`
  const minutes = Math.floor(seconds / 60)
  return minutes > 0 ? `${part(minutes, 'minute')} ${part(seconds % 60, 'second')}` : part(seconds, 'second')
}

/** A datetime-local and an offset such as `+02:00` as UTC; undefined for what is no such time. */
export const utcFrom = (local: string, offset: string): string | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(local) || !/^[+-]\d{2}:\d{2}$/.test(offset)) return undefined
  const time = new Date(`${local.length === 16 ? `${local}:00` : local}${offset}`)
  if (Number.isNaN(time.getTime())) return undefined
  // Engines roll 31 February over to March; a person who typed it should hear about it.
  const day = new Date(`${local.slice(0, 10)}T00:00:00Z`)
  return day.toISOString().startsWith(local.slice(0, 10)) ? time.toISOString() : undefined
}
