import { readAcceptLanguage } from '@fairpass/sdk/accept-language'
import { isLanguage, type Language } from './languages.ts'

type Reader = {
  language: Language
  /** For Intl: the page's language as it is written where the reader lives. */
  locale: string
}

/** The language that the reader chose or else prefers among those that there are; English where it is none of them. */
export const readerFrom = (acceptLanguage: string | null, chosen: string | undefined): Reader => {
  const wish = readAcceptLanguage(acceptLanguage)
  const best = wish.best(['en', 'de'])
  const language = isLanguage(chosen) ? chosen : isLanguage(best) ? best : 'en'
  return { language, locale: wish.localeFor(language) }
}
