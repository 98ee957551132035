import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { readerFrom } from './reader.ts'

test('the best wish that there is counts, with the way it is written there', () => {
  expect(readerFrom('de-CH, en;q=0.8', undefined)).toEqual({ language: 'de', locale: 'de-CH' })
  expect(readerFrom('en;q=0.5, de;q=0.9', undefined)).toEqual({ language: 'de', locale: 'de' })
  expect(readerFrom('fr-FR, fr;q=0.9, en-GB;q=0.5', undefined)).toEqual({ language: 'en', locale: 'en-GB' })
})

test('what was chosen counts more than what the browser wishes', () => {
  expect(readerFrom('de-CH, en-GB;q=0.8', 'en')).toEqual({ language: 'en', locale: 'en-GB' })
  expect(readerFrom('en-GB', 'de')).toEqual({ language: 'de', locale: 'de' })
})

test.each(['xx-nope-"<script>, *;q=0.1', null, 'fr', ';;;,,'])('%p is English', (wish) => {
  expect(readerFrom(wish, undefined)).toEqual({ language: 'en', locale: 'en' })
})

test('nonsense in the cookie is no choice', () => {
  for (const chosen of ['xx', 'toString', '']) expect(readerFrom('de', chosen).language).toBe('de')
})

test.each([
  ['zh-cmn-Hans-CN,zh;q=0.9', 'en', 'en'],
  ['zh-cmn-Hans-CN,de-AT;q=0.4', 'de', 'de-AT'],
  ['gsw-CH', 'de', 'de'],
  ['lb, fr;q=0.9', 'de', 'de'],
  ['de_CH', 'de', 'de-CH'],
  ['DE-at', 'de', 'de-AT'],
  ['de-CH-1996', 'de', 'de-CH-1996'],
  ['de;q=0, en;q=0.1', 'en', 'en'],
  ['*;q=0.5, de;q=0.4', 'en', 'en'],
  ['de;q=0.4, *;q=0.1', 'de', 'de'],
  ['en-u-nu-arab-ca-buddhist', 'en', 'en'],
  ['de-DE-u-co-phonebk', 'de', 'de-DE'],
  ['i-klingon, x-private, en-GB-oed', 'en', 'en'],
  ['de;q=abc, en;q=0.5', 'en', 'en'],
  ['de;level=1;q=0.3, en;q=0.2', 'de', 'de'],
  [`${'x'.repeat(5000)},de`, 'en', 'en'],
  [',,,;q=1,de', 'de', 'de'],
])('%p is read in %p, as it is written in %p', (wish, language, locale) => {
  expect(readerFrom(wish, undefined)).toEqual({ language, locale } as ReturnType<typeof readerFrom>)
})

// Guarantee: no header keeps a page from being shown.
test('whatever a browser or anybody else sends, there is a language, and a locale that Intl formats in', () => {
  const subtag = fc.string({ unit: fc.constantFrom(...'abcdeghnsxz0159'), minLength: 1, maxLength: 9 })
  const tag = fc.array(subtag, { minLength: 1, maxLength: 6 }).map((subtags) => subtags.join('-'))
  const quality = fc.constantFrom('', ';q=0.5', ';q=1', ';q=0', ';q=9', ';q=x', ';;', ';q')
  const list = fc
    .array(fc.tuple(tag, quality), { maxLength: 6 })
    .map((wishes) => wishes.map((wish) => wish.join('')).join(','))
  fc.assert(
    fc.property(
      fc.oneof(list, fc.string({ unit: 'binary', maxLength: 80 })),
      fc.string({ maxLength: 4 }),
      (wish, chosen) => {
        const { language, locale } = readerFrom(wish, chosen)
        expect(['en', 'de']).toContain(language)
        expect(locale.startsWith(language)).toBe(true)
        new Intl.DateTimeFormat(locale).format(0)
        new Intl.NumberFormat(locale).format(0)
      },
    ),
    { numRuns: 1000 },
  )
}, 60_000)
