import { crockfordSymbols } from './typed-code.ts'

/** Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O, U, which are misread for 1, 1, 0 and V. */
export const couponAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 16 symbols of 5 bits: 80 bits, which nobody guesses. */
export const couponSymbols = 16

/** A code in its plain form, whatever it was typed or pasted with; undefined when it is no code at all. */
export const readCouponCode = (typed: string): string | undefined => {
  if (typed.length > 200) return undefined
  const code = crockfordSymbols(typed)
  const isCode = code.length === couponSymbols && code.every((letter) => couponAlphabet.includes(letter))
  return isCode ? code.join('') : undefined
}

/** Grouped for reading aloud: `7KQ2-M4XD-9TFA-R0ZB`. */
export const showCouponCode = (code: string): string => code.match(/.{1,4}/g)?.join('-') ?? code
