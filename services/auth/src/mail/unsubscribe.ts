import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Category, categories } from './letter.ts'

export type Unsubscription = { userId: string; category: Category; searchId?: string }

const macLength = 22

const macOf = (key: string, payload: string) =>
  createHmac('sha256', key).update(payload).digest('base64url').slice(0, macLength)

/**
 * Tokens by which mails of a kind are ended without signing in (RFC 8058): they are good for nothing else, and never end,
 * as mails are kept for years.
 * @param previousKey what tokens are accepted from, too, while the key is replaced
 */
export const createUnsubscribing = (key: string, previousKey?: string) => {
  const isGood = (payload: string, mac: string) =>
    [key, ...(previousKey ? [previousKey] : [])].some((one) =>
      timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(one, payload))),
    )

  return {
    tokenOf: (userId: string, category: Category, searchId?: string): string => {
      const payload = [userId, category, ...(searchId ? [searchId] : [])].join('.')
      return `${payload}.${macOf(key, payload)}`
    },

    read: (token: string): Unsubscription | undefined => {
      const [, payload = '', mac = ''] = /^(.+)\.([A-Za-z0-9_-]{22})$/.exec(token) ?? []
      if (mac === '' || !isGood(payload, mac)) return undefined
      const [userId = '', name, searchId] = payload.split('.')
      const category = categories.find((one) => one === name)
      return category && { userId, category, ...(searchId ? { searchId } : {}) }
    },
  }
}

export type Unsubscribing = ReturnType<typeof createUnsubscribing>
