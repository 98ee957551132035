import type { DataByKind } from './kinds.ts'
import type { Language } from './letter.ts'

const locales = { en: 'en-GB', de: 'de-DE' } as const

/** Amounts are counted as Stripe counts them, which is not what Intl knows: https://docs.stripe.com/currencies#special-cases */
const digitsAtStripe: Record<string, number> = { isk: 2, ugx: 2, mga: 0 }

/** How amounts and times are written in a language. */
export const formatsOf = (language: Language) => ({
  money: ({ cents, currency }: DataByKind['paid-out']['total']): string => {
    const format = new Intl.NumberFormat(locales[language], { style: 'currency', currency: currency.toUpperCase() })
    const digits = digitsAtStripe[currency] ?? format.resolvedOptions().maximumFractionDigits ?? 2
    return format.format(cents / 10 ** digits)
  },
  /** by the clock at the venue, which it names */
  time: (iso: string, timeZone = 'UTC'): string =>
    new Intl.DateTimeFormat(locales[language], {
      ...{ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' },
      timeZone,
      timeZoneName: 'short',
    }).format(new Date(iso)),
})
