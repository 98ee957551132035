/**
 * Written, but not seen: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point, the empty Braille pattern, and what
 * stands for a picture that was pasted without.
 */
const unseen = /[\p{Default_Ignorable_Code_Point}\u2800\ufffc]/gu

/**
 * Controls that turn round what follows them, to its end or beyond: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters.
 * So do the deprecated ones (mirroring, shaping, digits), and the anchors of interlinear notes hide what they enclose: Unicode 17, 23.3 and 23.8.
 * The plain marks (LRM, RLM, ALM) stay: Hebrew and Arabic text needs them, and they cannot reach beyond themselves.
 */
const directions = /[\u202a-\u202e\u2066-\u206f\ufff9-\ufffb]/gu

/** What may stand unseen at the ends of pasted text; a joiner or variation selector there belongs to an emoji. */
const ends =
  /^[\s\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff]+|[\s\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff]+$/gu

/** Whether a text shows anything at all: a letter, a number, a sign. */
export const isVisible = (text: string): boolean => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(unseen, ''))

/** Whether a text would turn round what stands beside it. */
export const hasDirections = (text: string): boolean => text.search(directions) >= 0

/** A text without what would turn round what stands beside it. */
export const withoutDirections = (text: string): string => text.replace(directions, '')

/** Every line break as `\n`, as forms show it: they send two characters for each. */
export const plainLineBreaks = (text: string): string => text.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')

/** In one form of Unicode, and without what is unseen at its ends. */
export const tidyText = (text: string): string => text.normalize('NFC').replace(ends, '')

let segmenter: Intl.Segmenter | undefined

/** How many characters people see: a family of emoji is one, and so is a line break. */
export const characterCount = (text: string): number => {
  // Not before it is used: there are browsers without it, and pages take other functions from here.
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  let count = 0
  for (const _segment of segmenter.segment(text)) count++
  return count
}

/**
 * Whether a text has at most `max` characters as people count them. Few of them need more than a handful of code units;
 * what does is a stack of marks, and refused as well.
 */
export const hasAtMost = (text: string, max: number): boolean =>
  text.length <= max || (text.length <= 16 * max && characterCount(text) <= max)

/** More marks on one letter than any script has; they would cover the lines above and below. */
export const hasStackedMarks = (text: string): boolean => /\p{M}{9,}/u.test(text)
