import { plainLineBreaks } from '@fairpass/sdk/values'

/** A text of ours with what people wrote in it, which is never taken for more than text. */
export type Phrase = readonly (string | { written: string })[]

/** What would end a line, steer a terminal or turn the reading direction around. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+/gu
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** The longest that is shown of what somebody wrote, in characters. */
const maxWritten = 300

const shortened = (text: string) => {
  const characters = [...text]
  return characters.length > maxWritten ? `${characters.slice(0, maxWritten - 1).join('')}…` : text
}

const oneLine = (text: string) => text.replace(unprintable, ' ').replace(/\s+/g, ' ').trim()

const cleaned = (text: string) => shortened(oneLine(text))

/** `say\`You bought ${title}\``: the literal parts are ours, all that stands in braces is what somebody wrote. */
export const say = (ours: TemplateStringsArray, ...written: (string | number)[]): Phrase =>
  ours.flatMap((part, index) => {
    const value = written[index]
    return value === undefined ? [part] : [part, { written: cleaned(`${value}`) }]
  })

/** What somebody wrote at length, line by line; of several empty lines, one is left. */
export const linesOf = (text: string): Phrase[] => {
  const lines = plainLineBreaks(text).split('\n').map(oneLine).join('\n')
  const written = shortened(lines.replace(/\n{3,}/g, '\n\n').trim())
  return written.split('\n').map((line) => (line === '' ? [] : [{ written: line }]))
}

/** Right-to-left text is isolated, so that it does not turn around what stands beside it (Unicode UAX #9, 2.4.2). */
const isolated = (text: string) => (rightToLeft.test(text) ? `\u2068${text}\u2069` : text)

export const asText = (phrase: Phrase): string =>
  phrase.map((part) => (typeof part === 'string' ? part : isolated(part.written))).join('')

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')

export const asHtml = (phrase: Phrase): string =>
  phrase
    .map((part) => (typeof part === 'string' ? escapeHtml(part) : `<bdi>${escapeHtml(isolated(part.written))}</bdi>`))
    .join('')
