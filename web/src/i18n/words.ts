import { getRequestEvent } from 'solid-js/web'
import type { Words } from './en.ts'
import type { Language } from './languages.ts'

const fetchers: Record<Language, () => Promise<Words>> = {
  en: async () => (await import('./en')).en,
  de: async () => (await import('./de')).de,
}

let fetched: Words | undefined

/** In a browser, before it takes the page over. */
export const fetchWords = async (language: Language): Promise<void> => {
  fetched = await fetchers[language]()
}

/** The texts of the page in its reader's language. */
export const useWords = (): Words => {
  const words = getRequestEvent()?.locals.visit.words ?? fetched
  if (words === undefined) throw new Error('The texts of the page are not here yet')
  return words
}
