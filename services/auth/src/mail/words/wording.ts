import type { formatsOf } from '../formats.ts'
import type { DataByKind, Kind, LinkedKind, Show } from '../kinds.ts'
import type { Letter } from '../letter.ts'
import { type Phrase, say } from '../phrase.ts'

/** What every letter may use beside its own data. */
export type Pen = ReturnType<typeof formatsOf> & {
  /** the page that the mail's own token opens */
  link: string
  url: (path: string) => string
}

type Letters<K extends Kind> = { [One in K]: (data: DataByKind[One], pen: Pen) => Letter }
type AccountKind = LinkedKind | 'security-changed' | 'new-sign-in' | 'account-erased'
export type AccountLetters = Letters<AccountKind>
export type SaleLetters = Letters<Exclude<Kind, AccountKind>>
export type Words = { letters: Letters<Kind>; footer: string; unsubscribe: string }

/** Where and when, and which seat, as far as it is known. */
export const factsOf = (
  { venue, city, startsAt, timeZone, ...show }: Show,
  names: { place: string; time: string; section: string; row: string; seat: string },
  { time }: Pick<Pen, 'time'>,
): [string, Phrase][] => {
  const place = [venue, city].filter(Boolean).join(', ')
  return [
    ...(startsAt ? ([[names.time, say`${time(startsAt, timeZone)}`]] as [string, Phrase][]) : []),
    ...(place ? ([[names.place, say`${place}`]] as [string, Phrase][]) : []),
    ...(['section', 'row', 'seat'] as const).flatMap((part): [string, Phrase][] => {
      const said = show[part]
      return said ? [[names[part], say`${said}`]] : []
    }),
  ]
}
