// Making a formatter costs more than using it a hundred times; readers share a few.
const MAX_FORMATS = 500
const formats = new Map<string, Intl.NumberFormat>()

const formatFor = (locale: string, currency: string): Intl.NumberFormat => {
  const key = `${locale} ${currency}`
  const known = formats.get(key)
  if (known) return known
  if (formats.size >= MAX_FORMATS) formats.clear()
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: currency.toUpperCase() })
  formats.set(key, format)
  return format
}

/** Amounts are counted as Stripe counts them, which is not what Intl knows: https://docs.stripe.com/currencies#special-cases */
const digitsAtStripe: Record<string, number> = { isk: 2, ugx: 2, mga: 0 }

// Intl knows the minor units of a currency; ISO 4217 codes are letters, so anything else is not tried.
const digitsOf = (currency: string): number =>
  digitsAtStripe[currency.toLowerCase()] ?? formatFor('en', currency).resolvedOptions().maximumFractionDigits ?? 2

/** `1250 usd` as `$12.50`, in the reader's locale. */
export const formatMoney = (minorUnits: number, currency: string, locale: string): string =>
  formatFor(locale, currency).format(minorUnits / 10 ** digitsOf(currency))

/** `12.50` for machines: schema.org, the value of a field. */
export const majorUnits = (minorUnits: number, currency: string): string => {
  const digits = digitsOf(currency)
  return (minorUnits / 10 ** digits).toFixed(digits)
}

/**
 * What somebody typed, in whole minor units; undefined when it is no amount of that currency. Digits are moved, not
 * multiplied: `19.99` is 1999, never 1998.
 */
export const minorUnits = (typed: string, currency: string): number | undefined => {
  if (!/^[a-z]{3}$/i.test(currency)) return undefined
  const digits = digitsOf(currency)
  const [, whole = '', fraction = ''] = /^(\d{1,12})(?:[.,](\d+))?$/.exec(typed.trim()) ?? []
  if (whole === '' || fraction.length > digits) return undefined
  const amount = Number(whole + fraction.padEnd(digits, '0'))
  return Number.isSafeInteger(amount) ? amount : undefined
}
