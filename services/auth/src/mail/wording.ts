import type { formatsOf } from './formats.ts'
import type { DataByKind, Kind, Show } from './kinds.ts'
import type { Letter } from './letter.ts'
import { type Phrase, say } from './phrase.ts'

/** What every letter may use beside its own data. */
export type Pen = ReturnType<typeof formatsOf> & {
  /** the page that the mail's own token opens */
  link: string
  url: (path: string) => string
}

type Letters = { [K in Kind]: (data: DataByKind[K], pen: Pen) => Letter }
export type Words = { letters: Letters; footer: string; unsubscribe: string }

/** Where and when, as far as it is known. */
export const factsOf = (
  { venue, city, startsAt, timeZone }: Show,
  names: { place: string; time: string },
  { time }: Pick<Pen, 'time'>,
): [string, Phrase][] => {
  const place = [venue, city].filter(Boolean).join(', ')
  return [
    ...(startsAt ? ([[names.time, say`${time(startsAt, timeZone)}`]] as [string, Phrase][]) : []),
    ...(place ? ([[names.place, say`${place}`]] as [string, Phrase][]) : []),
  ]
}
