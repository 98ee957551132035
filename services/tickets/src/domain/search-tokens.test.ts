import { expect, test } from 'bun:test'
import { indexWords, queryWords } from '@fairpass/sdk/values'
import fc from 'fast-check'
import { candidateTokens, manyWords, searchTokens } from './search-tokens.ts'

test('words are found by their beginnings, and two of them together', () => {
  expect(searchTokens(['amber', 'go'])).toEqual(['a', 'am', 'amb', 'ambe', 'amber', 'g', 'go'])
  expect(searchTokens(['amber', 'birch'])).toContain('amb bir')
  expect(candidateTokens(['birch', 'amber'])).toEqual(['amb bir'])
  expect(candidateTokens(['amber', 'go'])).toEqual(['amber', 'go'])
})

// Guarantee: whatever a listing has, and whatever part of it is typed, each key that may be looked at leads to it.
test('each candidate of what is typed is a key of what it finds', () => {
  const letters = fc.constantFrom(...'abcdefgéßŁホール東京กм123 -')
  const texts = fc.string({ unit: letters, minLength: 1, maxLength: 120 })
  fc.assert(
    fc.property(texts, fc.array(fc.nat(), { maxLength: 5 }), fc.nat(12), (text, picks, cut) => {
      const words = queryWords(text, 200)
      const picked = picks.flatMap((pick) => words[pick % words.length] ?? [])
      const typed = picked.map((word, index) => (index === 0 ? [...word].slice(0, cut + 1).join('') : word))
      const keys = new Set(searchTokens(indexWords(text)))
      const isFound = (token: string) => keys.has(token) || (token.includes(' ') && keys.has(manyWords))
      const found = typed.every((word) => indexWords(text).some((one) => one.startsWith(word)))
      if (found)
        for (const token of candidateTokens(typed))
          expect({ token, isFound: isFound(token) }).toEqual({ token, isFound: true })
    }),
    { numRuns: 2_000 },
  )
})

test('the keys of a listing are bounded', () => {
  const long = Array.from({ length: 200 }, (_, nth) => `word${nth}`)
  expect(searchTokens(long).length).toBeLessThan(1_000)
  expect(searchTokens(Array.from({ length: 40 }, (_, nth) => `${String.fromCharCode(97 + nth)}bcd`))).toContain(
    manyWords,
  )
})
