import { currencyNamed } from './currencies.ts'
import { asciiDigits } from './digits.ts'

// Making a formatter costs more than using it a hundred times; readers share a few.
const maxFormats = 500
const formats = new Map<string, Intl.NumberFormat>()

const formatFor = (locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
  const key = `${locale} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known) return known
  if (formats.size >= maxFormats) formats.clear()
  const format = new Intl.NumberFormat(locale, options)
  formats.set(key, format)
  return format
}

const fractionDigits = (digits: number) => ({ minimumFractionDigits: digits, maximumFractionDigits: digits })

/** As many decimals as people write, or all of them where an amount has more. */
const digitsFor = (minorUnits: number, currency: string): number => {
  const { digits, shownDigits } = currencyNamed(currency)
  return minorUnits % 10 ** (digits - shownDigits) === 0 ? shownDigits : digits
}

const isCode = (currency: string): boolean => /^[a-z]{3}$/i.test(currency)

/** `1250 usd` as `$12.50`, in the reader's locale and with Stripe's digits, whatever the runtime thinks of them. */
export const formatMoney = (minorUnits: number, currency: string, locale: string): string => {
  const digits = fractionDigits(digitsFor(minorUnits, currency))
  const amount = minorUnits / 10 ** currencyNamed(currency).digits
  if (!isCode(currency)) return `${formatFor(locale, digits).format(amount)} ${currency}`
  return formatFor(locale, { style: 'currency', currency: currency.toUpperCase(), ...digits }).format(amount)
}

/** `12.50` for machines, such as schema.org. */
export const majorUnits = (minorUnits: number, currency: string): string => {
  const { digits } = currencyNamed(currency)
  return (minorUnits / 10 ** digits).toFixed(digitsFor(minorUnits, currency))
}

/** An amount as a field shows it, so that `minorUnits` reads it back in the same locale: `12,50` in German. */
export const amountField = (minorUnits: number, currency: string, locale: string): string =>
  formatFor(locale, {
    useGrouping: false,
    numberingSystem: 'latn',
    ...fractionDigits(digitsFor(minorUnits, currency)),
  }).format(minorUnits / 10 ** currencyNamed(currency).digits)

const maxTyped = 60
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu
const spaces = /[\s'\u2018\u2019\u02bc\u00b4`]/u

/** What Intl does not know that people write, or knows only in the locales of where they live. */
const moreSigns: Record<string, string[]> = {
  usd: ['us$', '$us'],
  cad: ['c$', '$ca', 'can$'],
  sgd: ['s$'],
  chf: ['fr', 'sfr'],
  gbp: ['£'],
  jpy: ['円'],
  cny: ['元', 'rmb'],
  twd: ['元'],
  krw: ['원'],
  inr: ['rs'],
  pkr: ['rs'],
  lkr: ['rs'],
  npr: ['rs'],
  try: ['tl'],
  rub: ['руб', 'р'],
  uah: ['грн'],
  bgn: ['лв'],
  ron: ['lei'],
  aed: ['dh', 'dhs'],
  mad: ['dh'],
  sar: ['sr'],
  ils: ['nis'],
  vnd: ['đ'],
  kes: ['ksh'],
}

const plainSign = (sign: string): string =>
  sign
    .normalize('NFKC')
    .replace(unseen, '')
    .replace(/[\s.,]/g, '')
    .toLowerCase()

type Display = 'symbol' | 'narrowSymbol' | 'code' | 'name'

/** How Intl calls a currency, of one and of several; of a name its last word, too: who has US dollars writes `dollars`. */
const signsOf = (currency: string, locale: string, currencyDisplay: Display): string[] =>
  [1, 2]
    .flatMap((count) =>
      formatFor(locale, {
        ...{ style: 'currency', currency: currency.toUpperCase(), currencyDisplay },
        ...fractionDigits(0),
      }).formatToParts(count),
    )
    .filter(({ type }) => type === 'currency')
    .flatMap(({ value }) => (currencyDisplay === 'name' ? [value, value.split(/[\s-]/u).at(-1) ?? ''] : [value]))
    .map(plainSign)

/** Whether what stands beside a number is this currency, in the reader's language or in English. */
const isSignOf = (typed: string, currency: string, locale: string): boolean => {
  const sign = plainSign(typed)
  if (sign === '') return true
  const displays = ['symbol', 'narrowSymbol', 'code', 'name'] as const
  return (
    [locale, 'en'].some((language) =>
      displays.some((display) => signsOf(currency, language, display).includes(sign)),
    ) || (moreSigns[currency.toLowerCase()] ?? []).includes(sign)
  )
}

/** Thousands, or lakhs and crores. */
const isGrouped = (groups: string[]): boolean => {
  const [first = '', ...rest] = groups
  const last = rest.at(-1) ?? ''
  if (last.length !== 3) return false
  const between = rest.slice(0, -1)
  return (
    (/^\d{1,3}$/.test(first) && between.every((group) => group.length === 3)) ||
    (/^\d{1,2}$/.test(first) && between.every((group) => group.length === 2))
  )
}

type Parts = { whole: string; fraction: string }

const ungrouped = (text: string): string | undefined => {
  const separators = new Set(text.replace(/\d/g, ''))
  if (separators.size === 0) return text
  const [separator = ''] = separators
  const groups = text.split(separator)
  // `1e300`, `10-200` or `1/250` is no number of thousands.
  return separators.size === 1 && /[., ]/.test(separator) && isGrouped(groups) ? groups.join('') : undefined
}

/**
 * A number split at its decimal separator. Where a comma or point could be either, the reader's locale decides; where that
 * makes no amount of the currency, nothing is guessed: `1.250 usd` may be meant as 1250 or as 1.25.
 */
const partsOf = (number: string, digits: number, locale: string): Parts | undefined => {
  const points = number.replace(/[^.,]/g, '')
  if (points === '') return { whole: number, fraction: '' }
  const at = Math.max(number.lastIndexOf('.'), number.lastIndexOf(','))
  const separator = number[at] ?? ''
  const split = { whole: number.slice(0, at), fraction: number.slice(at + 1) }
  if (!/^\d*$/.test(split.fraction)) return undefined
  // `1,250,000`: nothing has two decimal separators.
  if (points.length > 1 && points.split('').every((one) => one === separator)) return { whole: number, fraction: '' }
  if (points.length > 1 || /[ ]/.test(number)) return split
  const decimal = formatFor(locale, { numberingSystem: 'latn' })
    .formatToParts(1.5)
    .find(({ type }) => type === 'decimal')?.value
  const couldBeThousands = split.fraction.length === 3 && /^[1-9]\d{0,2}$/.test(split.whole)
  if (!couldBeThousands) return split
  if (separator === decimal) return digits === 3 ? split : digits === 0 ? { whole: number, fraction: '' } : undefined
  return { whole: number, fraction: '' }
}

/** A whole price is also written `25,–`, `25.-`, `25/-` or `25/=`. */
const wholePrice = /^\s*[.,/]\s*(?:[-\u2013\u2014]+|=)|[.,]\s*[-\u2013\u2014]+$/

/** Fractions, numbers in circles and superscripts would become plain digits: `12⁹⁹` is not 1299. */
const otherNumbers = /[\p{No}\p{Nl}]/u

/**
 * What somebody typed or pasted, in whole minor units; undefined when it is no amount of that currency. Grouped and
 * ungrouped, with comma or point, digits of any script, with the currency's own sign. Digits are moved, not multiplied:
 * `19.99` is 1999, never 1998.
 */
export const minorUnits = (typed: string, currency: string, locale = 'en'): number | undefined => {
  if (!isCode(currency) || typed.length > maxTyped || otherNumbers.test(typed)) return undefined
  const text = asciiDigits(typed.normalize('NFKC').replace(unseen, ''))
    // The decimal separators of Arabic, of Chinese keyboards and of old British prices.
    .replace(/[\u066b\u3002\u00b7]/g, '.')
    .replaceAll('\u066c', "'")
  const [, before = '', number = '', after = ''] = /^([^\d]*?)([.,]?\d(?:.*\d)?)([^\d]*)$/su.exec(text.trim()) ?? []
  if (number === '') return undefined
  const sign = `${before}${after.replace(wholePrice, '')}`
  if (!isSignOf(sign, currency, locale)) return undefined
  const { digits } = currencyNamed(currency)
  const parts = partsOf(number.replace(new RegExp(spaces, 'gu'), ' '), digits, locale)
  const whole = parts && ungrouped(parts.whole)
  if (!parts || whole === undefined || !/^\d*$/.test(whole)) return undefined
  const fraction = parts.fraction.replace(/0+$/, '')
  if (fraction.length > digits || whole.length > 13) return undefined
  const amount = Number(whole + fraction.padEnd(digits, '0'))
  return Number.isSafeInteger(amount) ? amount : undefined
}
