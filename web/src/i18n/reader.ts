import { match } from '@formatjs/intl-localematcher'
import Negotiator from 'negotiator'
import { isLanguage, LANGUAGES, type Language } from './languages.ts'

interface Reader {
  language: Language
  /** For Intl: the page's language as it is written where the reader lives. */
  locale: string
}

/** A header is bounded, and so is what is made of it: nobody speaks more. */
const maxHeader = 1000
const maxWishes = 20

const fallback: Language = 'en'
const available = Object.keys(LANGUAGES)

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

/** What was asked for by name (RFC 9110, 12.5.4); or what CLDR says that its speakers read, as German for Swiss German. */
const bestOf = (negotiator: Negotiator, wishes: Intl.Locale[]): Language => {
  const [named] = negotiator.languages(available)
  if (isLanguage(named)) return named
  const matched = match(wishes.map(String), available, fallback)
  return isLanguage(matched) ? matched : fallback
}

/** The language that the reader chose or else prefers among those that there are; English where it is none of them. */
export const readerFrom = (acceptLanguage: string | null, chosen: string | undefined): Reader => {
  const negotiator = new Negotiator({ headers: { 'accept-language': (acceptLanguage ?? '').slice(0, maxHeader) } })
  const wishes = wishesIn(negotiator)
  const language = isLanguage(chosen) ? chosen : bestOf(negotiator, wishes)
  return { language, locale: wishes.find((wish) => wish.language === language)?.toString() ?? language }
}
