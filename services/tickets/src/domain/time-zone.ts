import * as v from 'valibot'

const isKnown = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** A place's name in the IANA database; an offset such as `+02:00` would not know of summer time. */
export const TimeZone = v.pipe(
  v.string('must be an IANA time zone such as Europe/Vienna'),
  v.examples(['Europe/Vienna']),
  v.maxLength(64, 'must be an IANA time zone such as Europe/Vienna'),
  v.check((name) => /^[a-z]/i.test(name) && isKnown(name), 'must be an IANA time zone such as Europe/Vienna'),
)
