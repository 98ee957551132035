/**
 * As far as the beginnings of words are indexed: longer words that share such a beginning are distinguished by reading the
 * listings.
 */
const longestBeginning = 8
/** Of two words this much of each is indexed together. */
const pairedLength = 3
/** More words than a title, a venue and a city have, unless somebody means to fill the index. */
const maxPaired = 24

/** Stands in what has more words than are paired, so that it is found all the same. */
export const manyWords = '*'

const beginningOf = (word: string, length: number) => [...word].slice(0, length).join('')
const pairOf = (one: string, other: string) => (one < other ? `${one} ${other}` : `${other} ${one}`)

/** The beginnings by which words are paired; shorter words are not. */
const pairedBeginnings = (words: readonly string[]): string[] => [
  ...new Set(words.filter((word) => [...word].length >= pairedLength).map((word) => beginningOf(word, pairedLength))),
]

const pairsOf = (beginnings: readonly string[]): string[] =>
  beginnings.flatMap((one, index) => beginnings.slice(index + 1).map((other) => pairOf(one, other)))

/**
 * What an index finds a listing's words by: the beginnings of each, so that `amb` is one key and not a range (a range of an
 * index is not in the order of a list), and the words in pairs, so that two words of which each is everywhere, but never
 * both, are known not to be together without reading either.
 */
export const searchTokens = (words: readonly string[]): string[] => {
  const beginnings = words.flatMap((word) => {
    const letters = [...word].slice(0, longestBeginning)
    return letters.map((_, index) => letters.slice(0, index + 1).join(''))
  })
  const paired = pairedBeginnings(words)
  const pairs = paired.length > maxPaired ? [manyWords] : pairsOf(paired)
  return [...new Set([...beginnings, ...pairs])]
}

/** The keys of the index that could find all of these words: pairs where there are two to pair, else each by itself. */
export const candidateTokens = (words: readonly string[]): string[] => {
  const pairs = pairsOf(pairedBeginnings(words))
  return pairs.length > 0 ? pairs : [...new Set(words.map((word) => beginningOf(word, longestBeginning)))]
}
