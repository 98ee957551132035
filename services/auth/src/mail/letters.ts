import { calendarFile } from './calendar.ts'
import { formatsOf } from './formats.ts'
import type { DataByKind, Kind } from './kinds.ts'
import type { Language, Letter } from './letter.ts'
import { de } from './words/de.ts'
import { en } from './words/en.ts'
import type { Pen, Words } from './words/wording.ts'

const words: Record<Language, Words> = { en, de }

type Options = { kind: Kind; data: Record<string, unknown>; language: Language; publicOrigin: string; link: string }

/** The letter of a mail, in its reader's language. */
export const writeLetter = ({ kind, data, language, publicOrigin, link }: Options) => {
  const { letters, footer, unsubscribe } = words[language]
  const url = (path: string) => `${publicOrigin}${path}`
  // A kind and its data belong together, but the compiler cannot see that in a lookup by a union.
  const write = letters[kind] as (data: unknown, pen: Pen) => Letter
  const letter = write(data, { ...formatsOf(language), link, url })
  const attachments =
    kind === 'bought' ? calendarFile(data as DataByKind['bought'], url(`/orders/${data.orderId}`)) : []
  return { letter: { ...letter, attachments }, footer, unsubscribe }
}
