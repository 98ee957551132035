import { asciiDigits } from './digits.ts'

/** Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O, U, which are misread for 1, 1, 0 and V. */
export const couponAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 16 symbols of 5 bits: 80 bits, which nobody guesses. */
export const couponSymbols = 16

/** Capitals that look the same in the alphabets of other keyboards: https://www.unicode.org/reports/tr39/#Confusable_Detection */
const lookAlikes: Record<string, string> = Object.fromEntries(
  [
    ['АВЕЗКМНОРСТУХІЅЈЬԚԜ', 'ABE3KMH0PCTYX1SJBQW'],
    ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZH1KMN0PTYX'],
    ['OIL|', '0111'],
  ].flatMap(([from = '', to = '']) => [...from].map((letter, index) => [letter, to.charAt(index)])),
)

/** A code in its plain form, whatever it was typed or pasted with; undefined when it is no code at all. */
export const readCouponCode = (typed: string): string | undefined => {
  if (typed.length > 200) return undefined
  const code = [...asciiDigits(typed.normalize('NFKC')).toUpperCase()]
    .map((letter) => lookAlikes[letter] ?? letter)
    // Spaces, dashes of all kinds (Japanese keyboards have `ー`, a modifier letter, for one), quotes, what is not seen.
    .filter((letter) => /[\p{L}\p{N}]/u.test(letter) && !/[\p{Lm}\p{Default_Ignorable_Code_Point}]/u.test(letter))
  const isCode = code.length === couponSymbols && code.every((letter) => couponAlphabet.includes(letter))
  return isCode ? code.join('') : undefined
}

/** Grouped for reading aloud: `7KQ2-M4XD-9TFA-R0ZB`. */
export const showCouponCode = (code: string): string => code.match(/.{1,4}/g)?.join('-') ?? code
