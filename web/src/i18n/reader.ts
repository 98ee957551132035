import { isLanguage, type Language } from './languages.ts'

interface Reader {
  language: Language
  /** For Intl: the page's language as it is written where the reader lives. */
  locale: string
}

/** The language that the reader chose or else prefers among those that there are; English where it is none of them. */
export const readerFrom = (acceptLanguage: string | null, chosen: string | undefined): Reader => {
  const wishes = wishesIn(acceptLanguage)
  const language = isLanguage(chosen) ? chosen : (wishes.map(languageOf).find(isLanguage) ?? 'en')
  return { language, locale: wishes.find((tag) => languageOf(tag) === language) ?? language }
}

const languageOf = (tag: string): string => tag.split('-', 1)[0]?.toLowerCase() ?? ''

/** The tags of an Accept-Language that Intl knows, best first. */
const wishesIn = (acceptLanguage: string | null): string[] =>
  (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map((wish) => {
      const [tag = '', ...parameters] = wish.trim().split(';')
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1]).find(Boolean)
      return { tag, quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ tag, quality }) => quality > 0 && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag))
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag)
    .filter((tag) => Intl.DateTimeFormat.supportedLocalesOf([tag])[0] !== undefined)
