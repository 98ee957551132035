import { getRequestEvent } from 'solid-js/web'
import type { account } from './en/account.ts'
import type { admin } from './en/admin.ts'
import type { buying } from './en/buying.ts'
import type { common } from './en/common.ts'
import type { earnings } from './en/earnings.ts'
import type { market } from './en/market.ts'
import type { search } from './en/search.ts'
import type { selling } from './en/selling.ts'
import { groupsOf, type MessageGroup } from './groups.ts'
import type { Language } from './languages.ts'

/** Every text of the pages. */
export type Messages = typeof common &
  typeof search &
  typeof market &
  typeof buying &
  typeof selling &
  typeof account &
  typeof earnings &
  typeof admin

type Load = () => Promise<Partial<Messages>>

const loaders: Record<Language, Record<MessageGroup | 'common', Load>> = {
  en: {
    common: async () => (await import('./en/common.ts')).common,
    search: async () => (await import('./en/search.ts')).search,
    market: async () => (await import('./en/market.ts')).market,
    buying: async () => (await import('./en/buying.ts')).buying,
    selling: async () => (await import('./en/selling.ts')).selling,
    account: async () => (await import('./en/account.ts')).account,
    earnings: async () => (await import('./en/earnings.ts')).earnings,
    admin: async () => (await import('./en/admin.ts')).admin,
  },
  de: {
    common: async () => (await import('./de/common.ts')).common,
    search: async () => (await import('./de/search.ts')).search,
    market: async () => (await import('./de/market.ts')).market,
    buying: async () => (await import('./de/buying.ts')).buying,
    selling: async () => (await import('./de/selling.ts')).selling,
    account: async () => (await import('./de/account.ts')).account,
    earnings: async () => (await import('./de/earnings.ts')).earnings,
    admin: async () => (await import('./de/admin.ts')).admin,
  },
}

let loaded: Messages | undefined

/** In a browser, before it takes the page over: the texts that the page at this path uses. */
export const loadMessages = async (language: Language, pathname: string): Promise<void> => {
  const groups = ['common', ...groupsOf(pathname)] as const
  const parts = await Promise.all(groups.map((group) => loaders[language][group]()))
  // A page is one document, and groups.test.ts sees that it uses no other text than these.
  loaded = Object.assign({}, ...parts)
}

/** The texts of the page in its reader's language. */
export const useMessages = (): Messages => {
  const messages = getRequestEvent()?.locals.visit.messages ?? loaded
  if (messages === undefined) throw new Error('The texts of the page are not here yet')
  return messages
}
