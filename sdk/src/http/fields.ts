import * as v from 'valibot'
import { isDay, isTimeZone, parseMoment } from '../values/moments.ts'
import { hasAtMost, hasDirections, hasStackedMarks, isVisible, plainLineBreaks, tidyText } from '../values/text.ts'

const momentForm = 'must be a time such as 2030-05-31T20:00:00Z'

/** A moment with its offset, between the years 1 and 9999, as a Date. */
export const Moment = v.pipe(
  v.string(momentForm),
  v.examples(['2035-06-01T19:30:00Z']),
  v.check((text) => !/^\d{4}-\d{2}-\d{2}/.test(text) || isDay(text.slice(0, 10)), 'must be a day that exists'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const moment = parseMoment(dataset.value)
    if (moment) return moment
    addIssue({ message: momentForm })
    return NEVER
  }),
)

const dayOrMomentForm = 'must be a day such as 2030-05-31 or a time such as 2030-05-31T20:00:00Z'

/** The same as a Date, or a day as its text: whose day that is only the listing knows. */
export const DayOrMoment = v.union(
  [v.pipe(v.string(dayOrMomentForm), v.check(isDay, dayOrMomentForm)), Moment],
  dayOrMomentForm,
)

const zoneForm = 'must be an IANA time zone such as Europe/Vienna'

/** A place's name in the IANA database, in the letters that it is written with there. */
export const TimeZone = v.pipe(
  v.string(zoneForm),
  v.examples(['Europe/Vienna']),
  v.check(isTimeZone, zoneForm),
  v.transform((timeZone) => new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone),
)

const common = [
  v.check((text: string) => !hasDirections(text), 'must have no characters that turn the direction of writing'),
  v.check((text: string) => !hasStackedMarks(text), 'must have no stacks of marks'),
  v.check((text: string) => text.isWellFormed(), 'must be well-formed text'),
] as const

/** A line of text in which something is to be seen, at most `max` characters as people count them. */
export const lineOfText = (max: number, example: string) =>
  v.pipe(
    v.string('must be a text'),
    v.examples([example]),
    v.transform(tidyText),
    v.check(isVisible, 'must not be empty'),
    v.regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'must have no control characters'),
    v.check((text) => hasAtMost(text, max), `must have at most ${max} characters`),
    ...common,
  )

/** Several lines of text, or none: every line break counts once, however it was sent. */
export const linesOfText = (max: number) =>
  v.pipe(
    v.string('must be a text'),
    v.transform((text) => tidyText(plainLineBreaks(text))),
    v.transform((text) => (isVisible(text) ? text : '')),
    v.regex(/^[\P{Cc}\n\t]*$/u, 'must have no control characters'),
    v.check((text) => hasAtMost(text, max), `must have at most ${max} characters`),
    ...common,
  )

/** The same, where something must be said. */
export const someLinesOfText = (max: number) =>
  v.pipe(
    linesOfText(max),
    v.check((text) => text !== '', 'must not be empty'),
  )
