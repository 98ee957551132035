import type { DataByKind } from './kinds.ts'
import type { Language } from './letter.ts'

const locales = { en: 'en-GB', de: 'de-DE' } as const

/** Amounts are counted as Stripe counts them, which is not what Intl knows: https://docs.stripe.com/currencies#special-cases */
const digitsAtStripe: Record<string, number> = { isk: 2, ugx: 2, mga: 0 }

/** Making a format costs a hundred times what using it does. Currencies, languages and time zones are few. */
const remembered = <T>(make: (language: Language, about: string) => T) => {
  const made = new Map<string, T>()
  return (language: Language, about: string): T => {
    const key = `${language} ${about}`
    const known = made.get(key) ?? make(language, about)
    made.set(key, known)
    return known
  }
}

const moneyFormat = remembered((language, currency) => {
  const format = new Intl.NumberFormat(locales[language], { style: 'currency', currency: currency.toUpperCase() })
  return { format, digits: digitsAtStripe[currency] ?? format.resolvedOptions().maximumFractionDigits ?? 2 }
})

const timeFormat = remembered(
  (language, timeZone) =>
    new Intl.DateTimeFormat(locales[language], {
      ...{ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' },
      timeZone,
      timeZoneName: 'short',
    }),
)

/** How amounts and times are written in a language. */
export const formatsOf = (language: Language) => ({
  money: ({ cents, currency }: DataByKind['paid-out']['total']): string => {
    const { format, digits } = moneyFormat(language, currency)
    return format.format(cents / 10 ** digits)
  },
  /** by the clock at the venue, which it names */
  time: (iso: string, timeZone = 'UTC'): string => timeFormat(language, timeZone).format(new Date(iso)),
})
