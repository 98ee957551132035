import { readAcceptLanguage } from '@fairpass/sdk/accept-language'
import type { Context } from 'hono'
import type { Language } from '../mail/letter.ts'

/** The language that a browser, or the page that it used, asks for: the best of ours in its list. */
export const languageOf = (c: Context): Language | undefined => {
  const asked = readAcceptLanguage(c.req.header('accept-language')).named(['en', 'de'])
  return asked === 'de' || asked === 'en' ? asked : undefined
}
