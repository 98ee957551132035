import { asciiDigits } from './digits.ts'

/** Capitals that look the same in the alphabets of other keyboards: https://www.unicode.org/reports/tr39/#Confusable_Detection */
const lookAlikes: Record<string, string> = Object.fromEntries(
  [
    ['АВЕЗКМНОРСТУХІЅЈЬԚԜ', 'ABE3KMH0PCTYX1SJBQW'],
    ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZH1KMN0PTYX'],
    ['OIL|', '0111'],
  ].flatMap(([from = '', to = '']) => [...from].map((letter, index) => [letter, to.charAt(index)])),
)

/** Letters and digits; no spaces, dashes of all kinds (Japanese keyboards have `ー`, a modifier letter, for one), quotes, nor what is not seen. */
const isSymbol = (letter: string): boolean =>
  /[\p{L}\p{N}]/u.test(letter) && !/[\p{Lm}\p{Default_Ignorable_Code_Point}]/u.test(letter)

/** What stands in a code, whatever is typed or pasted between: digits as those of ASCII, letters as capitals. */
export const typedSymbols = (typed: string): string[] =>
  [...asciiDigits(typed.normalize('NFKC')).toUpperCase()].filter(isSymbol)

/** The same in Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O, U, which are misread for 1, 1, 0 and V. */
export const crockfordSymbols = (typed: string): string[] =>
  [...asciiDigits(typed.normalize('NFKC')).toUpperCase()].map((letter) => lookAlikes[letter] ?? letter).filter(isSymbol)
