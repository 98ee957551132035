import { expect, test } from 'bun:test'
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
