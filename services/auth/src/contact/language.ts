import type { Context } from 'hono'
import type { Language } from '../mail/letter.ts'

/** The language that a browser, or the page that it used, asks for: the first of ours in its list. */
export const languageOf = (c: Context): Language | undefined => {
  const tags = (c.req.header('accept-language') ?? '').slice(0, 200).split(',')
  for (const tag of tags) {
    const language = tag.trim().slice(0, 2).toLowerCase()
    if (language === 'de' || language === 'en') return language
  }
  return undefined
}
