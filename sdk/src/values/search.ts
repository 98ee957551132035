import anyAscii from 'any-ascii'
import { asciiDigits } from './digits.ts'

/** What is written but not seen: it never tells two words apart. */
const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Cc}\u0640]/gu
const apostrophes = /[\u2018-\u201b\u02b9-\u02bf\u02c8\u02ca\u02cb\u055a\u05f3\u2032\u2035\ua78b\ua78c\uff07`\u00b4]/gu
const dashes = /[\p{Pd}\u2010-\u2015\u2212\u2043\u02d7]/gu

/** As Lucene's ArabicNormalizer and PersianNormalizer: forms of one letter that people type for each other. */
const arabicForms: Record<string, string> = {
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ې: 'ي',
  ے: 'ي',
  ة: 'ه',
  ە: 'ه',
  ہ: 'ه',
  ک: 'ك',
}

/** Cyrillic letters that are typed without their mark; й and ї are letters of their own. */
const unmarkedCyrillic: Record<string, string> = { ё: 'е', ѐ: 'е', ѝ: 'и' }

/** A letter and the marks on it, decomposed: what of the marks is meaning depends on the script. */
const foldCluster = (cluster: string): string => {
  const base = String.fromCodePoint(cluster.codePointAt(0) ?? 0)
  if (/[\p{Script=Latin}\p{Script=Greek}]/u.test(base)) return base
  // Vowel points, which most texts leave out, and the hamza, which many do.
  if (/[\p{Script=Hebrew}\p{Script=Arabic}]/u.test(base)) return arabicForms[base] ?? base
  if (/\p{Script=Cyrillic}/u.test(base)) {
    const composed = cluster.normalize('NFC')
    // A stress mark makes no letter of its own, so nothing composes with it.
    return unmarkedCyrillic[composed] ?? ([...composed].length === 1 ? composed : base)
  }
  // As Lucene's HindiNormalizer: the dot below is mostly left out, and one nasal sign is written for the other.
  if (/\p{Script=Devanagari}/u.test(base)) return cluster.replaceAll('\u093c', '').replaceAll('\u0901', '\u0902')
  return /\p{L}/u.test(base) ? cluster : base
}

/** Full case folding by the case mappings that every runtime has; `ς` is `σ` wherever it stands. */
const foldCase = (text: string): string => text.toUpperCase().toLowerCase().replaceAll('ς', 'σ')

/**
 * A text as search compares it: `Łódź` as `lodz`, `Straße` as `strasse`, one apostrophe and one dash for all their kinds,
 * letters of every width and case alike. Marks stay where they make another letter (`ボ` is no `ホ`, `й` no `и`, the
 * vowels of Thai and Devanagari). Latin letters that do not decompose (`ø`, `đ`, `œ`, `ı`) are read from any-ascii, a
 * table of all of Unicode's that is kept up to date; the other scripts are not transliterated, which would lose meaning.
 */
export const foldForSearch = (text: string): string => {
  const decomposed = foldCase(asciiDigits(text.normalize('NFKD').replace(ignorable, ''))).normalize('NFKD')
  return (
    decomposed
      .replace(/\P{M}\p{M}*/gu, foldCluster)
      .replace(/[^\P{Script=Latin}a-z]/gu, (letter) => anyAscii(letter).toLowerCase())
      // After any-ascii, which writes some letters as a backtick.
      .replace(apostrophes, "'")
      .replace(dashes, '-')
      .normalize('NFC')
      .replace(/\s+/gu, ' ')
      .trim()
  )
}

/** Scripts that put no spaces between words; a run of them is indexed by its pairs, as Lucene's CJKAnalyzer does. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc]/u

const maxWords = 200
const maxWordLength = 64

/** Letters and numbers with their marks. */
const wordPattern = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu

/** Characters with the marks on them, neighbours of one kind together. */
const runsOf = (word: string): { text: string[]; isUnspaced: boolean }[] => {
  const runs: { text: string[]; isUnspaced: boolean }[] = []
  for (const character of word.match(/[\p{L}\p{N}]\p{M}*/gu) ?? []) {
    const isUnspaced = unspaced.test(character)
    const last = runs.at(-1)
    if (last?.isUnspaced === isUnspaced) last.text.push(character)
    else runs.push({ text: [character], isUnspaced })
  }
  return runs
}

const pairsOf = (characters: string[]): string[] =>
  characters.slice(0, -1).map((character, index) => character + characters[index + 1])

/** The words of a folded chunk between two spaces: `guns-n'-roses` is `guns`, `n` and `roses`. */
const partsOf = (chunk: string, isQuery: boolean): string[] =>
  (chunk.match(wordPattern) ?? []).flatMap(runsOf).flatMap(({ text, isUnspaced }) => {
    if (!isUnspaced || text.length === 1) return [text.join('')]
    // The last character begins no pair, and must be found by itself, too.
    return isQuery ? pairsOf(text) : [...pairsOf(text), text.at(-1) ?? '']
  })

const germanic: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' }

/** `München` also as `Muenchen`: how the letters are written where a keyboard lacks them. */
const spelledOut = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[äöüåø]/g, (letter) => germanic[letter] ?? letter)

/**
 * `muenchen` as `munchen`, which is how `München` is folded: who cannot type it writes the one, and looks for the other. At the
 * end of a word, or as in `queen`, the letters are mostly their own.
 */
const unspelled = (word: string): string =>
  word.replace(/(?<!q)(?:ae|oe|ue)(?!$|[aeiou])|aa(?!$)/g, (letters) => letters.charAt(0))

/** A folded name in one spelling, for what is compared as a whole: `Malmö`, `Malmoe` and `MALMO` are one. */
export const oneSpelling = (words: readonly string[]): string =>
  words.join(' ').replace(/ae|oe|ue|aa/g, (letters) => letters.charAt(0))

const bounded = (words: string[]): string[] =>
  [...new Set(words.map((word) => [...word].slice(0, maxWordLength).join('')))].slice(0, maxWords)

/** Emoji and flags, each with its tone of skin and all that stand together: they are found wherever they stand. */
const pictograph = '(?:\\p{RI}{2}|\\p{Extended_Pictographic}\\p{EMod}?)'
const [pictographs, pictographRuns] = [new RegExp(pictograph, 'gu'), new RegExp(`${pictograph}+`, 'gu')]

const chunksOf = (text: string): string[] => foldForSearch(text).split(' ').filter(Boolean)

const wordsOfChunks = (text: string): string[] =>
  chunksOf(text).flatMap((chunk) => {
    const parts = partsOf(chunk, false)
    const joined = (chunk.match(wordPattern) ?? []).join('')
    const signs = [...(chunk.match(pictographRuns) ?? []), ...(chunk.match(pictographs) ?? [])]
    if (parts.length === 0) return [chunk, ...signs]
    // `don't` is found by `dont`, `Jay-Z` by `jayz`.
    return [...parts, ...(parts.length > 1 && !unspaced.test(joined) ? [joined] : []), ...signs]
  })

/**
 * The words that a text is found by, at most 200, folded. A query's word finds a text if one of these begins with it.
 * @see queryWords
 */
export const indexWords = (text: string): string[] => {
  const spelled = spelledOut(text)
  const words = wordsOfChunks(text)
  return bounded([
    ...words,
    ...(spelled === text.normalize('NFC').toLowerCase() ? [] : wordsOfChunks(spelled)),
    ...words.map(unspelled),
  ])
}

/**
 * The words that somebody looks for, at most `limit`, folded; a text must have all of them, each at the beginning of one
 * of its words. Signs count only where there is nothing else (a band is named `!!!`).
 */
export const queryWords = (query: string, limit = 8): string[] => {
  const chunks = chunksOf(query)
  const parts = chunks.flatMap((chunk) => partsOf(chunk, true))
  return bounded(parts.length > 0 ? parts : chunks).slice(0, limit)
}
