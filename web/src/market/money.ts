// Intl knows the minor units of a currency; ISO 4217 codes are letters, so anything else is not tried.
const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase() }).resolvedOptions()
    .maximumFractionDigits ?? 2

/** `1250 usd` as `$12.50`, in the reader's locale. */
export const formatMoney = (minorUnits: number, currency: string, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'currency', currency: currency.toUpperCase() }).format(
    minorUnits / 10 ** digitsOf(currency),
  )

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
