const digit = /\p{Nd}/u

/** Decimal digits stand in the order of their values, in runs of ten: https://www.unicode.org/reports/tr44/#Numeric_Type_Decimal */
const decimalValue = (character: string): number => {
  const codePoint = character.codePointAt(0) ?? 0
  let value = 0
  while (digit.test(String.fromCodePoint(codePoint - value - 1))) value++
  return value % 10
}

/** `١٢٣` and `１２３` as `123`: the decimal digits of every script as those of ASCII. */
export const asciiDigits = (text: string): string =>
  text.replace(/[^\P{Nd}0-9]/gu, (character) => String(decimalValue(character)))
