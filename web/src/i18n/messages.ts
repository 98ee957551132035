import { getRequestEvent } from 'solid-js/web'
import type { Messages } from './en.ts'
import type { Language } from './languages.ts'

const loaders: Record<Language, () => Promise<Messages>> = {
  en: async () => (await import('./en')).en,
  de: async () => (await import('./de')).de,
}

let loaded: Messages | undefined

/** In a browser, before it takes the page over. */
export const loadMessages = async (language: Language): Promise<void> => {
  loaded = await loaders[language]()
}

/** The texts of the page in its reader's language. */
export const useMessages = (): Messages => {
  const messages = getRequestEvent()?.locals.visit.messages ?? loaded
  if (messages === undefined) throw new Error('The texts of the page are not here yet')
  return messages
}
