import { match } from '@formatjs/intl-localematcher'
import Negotiator from 'negotiator'

/** A header is bounded, and so is what is made of it: nobody speaks more. */
const maxHeader = 1000
const maxWishes = 20

/**
 * A tag as Intl knows it, without extensions, which would bring other calendars and digits; undefined where it is none.
 * An extended language stands for itself (RFC 5646, 4.5): `zh-cmn-Hans` is `cmn-Hans`, which Intl knows as `zh-Hans`.
 */
const localeOf = (tag: string): Intl.Locale | undefined => {
  const plain = tag.replaceAll('_', '-').replace(/^[a-z]{2,3}-([a-z]{3})(?=-|$)/i, '$1')
  try {
    return new Intl.Locale(new Intl.Locale(plain).baseName)
  } catch {
    return undefined
  }
}

/** The locales of an Accept-Language that Intl can format in, best first. */
const wishesIn = (negotiator: Negotiator): Intl.Locale[] =>
  negotiator
    .languages()
    .slice(0, maxWishes)
    .flatMap((tag) => localeOf(tag) ?? [])
    .filter((locale) => Intl.DateTimeFormat.supportedLocalesOf([locale])[0] !== undefined)

const negotiatorOf = (acceptLanguage: string | null | undefined) =>
  new Negotiator({ headers: { 'accept-language': (acceptLanguage ?? '').slice(0, maxHeader) } })

/** What a reader wishes, from an Accept-Language (RFC 9110, 12.5.4; RFC 4647); no header makes it throw. */
export const readAcceptLanguage = (acceptLanguage: string | null | undefined) => {
  const negotiator = negotiatorOf(acceptLanguage)
  const wishes = wishesIn(negotiator)
  return {
    /** The one of these that is asked for by name, the first of them for a `*`; undefined where it is none. */
    named: (available: readonly string[]): string | undefined => negotiator.languages([...available])[0],
    /** The same, or what CLDR says that its speakers read, as German for Swiss German; else the first. */
    best: (available: readonly [string, ...string[]]): string =>
      negotiator.languages([...available])[0] ?? match(wishes.map(String), available, available[0]),
    /** The locale to format a language in, as it is written where the reader lives. */
    localeFor: (language: string): string => wishes.find((wish) => wish.language === language)?.toString() ?? language,
  }
}
