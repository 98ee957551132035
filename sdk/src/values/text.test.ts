import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  characterCount,
  hasAtMost,
  hasDirections,
  hasStackedMarks,
  isVisible,
  plainLineBreaks,
  tidyText,
  withoutDirections,
} from './text.ts'

const invisible: [string, string][] = [
  ['nothing', ''],
  ['a space', ' '],
  ['a zero-width space', '\u200b'],
  ['many of them', '\u200b\u200c\u200d\ufeff\u2060'],
  ['a no-break space', '\u00a0\u202f\u3000'],
  ['a soft hyphen', '\u00ad'],
  ['Hangul fillers', '\u3164\u115f\u1160\uffa0'],
  ['an empty Braille pattern', '\u2800'],
  ['a Mongolian vowel separator', '\u180e'],
  ['a variation selector', '\ufe0f'],
  ['tags', '\u{e0041}\u{e0042}'],
  ['a mark on nothing', '\u0301'],
  ['controls of direction', '\u202e\u2066\u2069'],
  ['a private character', '\ue000'],
  ['a line separator', '\u2028\u2029'],
]
test.each(invisible)('%s is not visible', (_name, text) => {
  expect(isVisible(text)).toBe(false)
  expect(isVisible(`${text}${text}`)).toBe(false)
  expect(isVisible(`${text}x`)).toBe(true)
})

test.each(['x', '!!!', '0', '♥', '🎸', '👩‍👩‍👧', '東京', 'ก', 'क', '한', '\u1100', '—', '"'])(
  '%p is visible',
  (text) => {
    expect(isVisible(text)).toBe(true)
  },
)

test('what turns a page round is known, and can be taken out; what Hebrew and Arabic need stays', () => {
  for (const control of '\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u206a\u206f\ufff9\ufffa\ufffb') {
    expect(hasDirections(`Opera ${control}House`)).toBe(true)
    expect(withoutDirections(`Opera ${control}House`)).toBe('Opera House')
  }
  for (const text of ['שלום עולם', 'مرحبا', 'a\u200eb\u200fc\u061c']) {
    expect(hasDirections(text)).toBe(false)
    expect(withoutDirections(text)).toBe(text)
  }
})

describe('characters are counted as people see them', () => {
  test.each([
    ['abc', 3],
    ['\r\n', 1],
    ['a\r\nb', 3],
    ['🎟', 1],
    ['👩‍👩‍👧‍👦', 1],
    ['🇦🇹', 1],
    ['e\u0301', 1],
    ['각', 1],
    ['नि', 1],
    ['', 0],
  ])('%p has %p', (text, count) => {
    expect(characterCount(text)).toBe(count)
  })

  test('a field of 5,000 takes what a browser lets in, whatever its line breaks', () => {
    const typed = `${'x'.repeat(124)}\r\n`.repeat(40)
    expect(hasAtMost(plainLineBreaks(typed), 5_000)).toBe(true)
    expect(hasAtMost('x'.repeat(5_001), 5_000)).toBe(false)
    expect(hasAtMost('🎟'.repeat(5_000), 5_000)).toBe(true)
    expect(hasAtMost('🎟'.repeat(5_001), 5_000)).toBe(false)
    expect(hasAtMost(`x${'\u0301'.repeat(90_000)}`, 5_000)).toBe(false)
  })
})

test('a browser never counts fewer than we do, so that a full field passes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const shown = plainLineBreaks(text)
      expect(characterCount(shown)).toBeLessThanOrEqual(shown.length)
      expect(hasAtMost(shown, shown.length)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test.each([
  [' Opera ', 'Opera'],
  ['\ufeffOpera\u200b', 'Opera'],
  ['Cafe\u0301', 'Café'],
  ['I ❤️', 'I ❤️'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['\u200eOpera\u200f', 'Opera'],
])('%p is kept as %p', (given, kept) => {
  expect(tidyText(given)).toBe(kept)
})

test('tidying what is tidy changes nothing, and leaves what is visible', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const tidy = tidyText(text)
      expect(tidyText(tidy)).toBe(tidy)
      expect(isVisible(tidy)).toBe(isVisible(text))
    }),
    { numRuns: 2000 },
  )
})

test('letters of real scripts are no stack of marks', () => {
  for (const text of ['Việt Nam', 'บางกอกเปิ้ล', 'བསྒྲུབས', 'שָׁלוֹם', 'مُحَمَّدٌ', 'a\u0301\u0302\u0303'])
    expect(hasStackedMarks(text)).toBe(false)
  expect(hasStackedMarks(`z${'\u0301'.repeat(9)}`)).toBe(true)
})
