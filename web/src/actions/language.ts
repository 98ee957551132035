import { isLanguage } from '../i18n/languages.ts'
import { languageCookie } from '../server/session/cookies.ts'
import { safeNext } from '../server/session/next.ts'
import { type FormAction, text } from './form.ts'

// The page has its language whether or not mails have it.
const mailsTimeoutMs = 2000

/** A language that there is not changes nothing. Whoever is signed in gets their mails in it, too. */
export const chooseLanguage: FormAction = async ({ api, fields }) => {
  const language = text(fields, 'language')
  if (isLanguage(language)) await api('PUT', '/api/users/settings', { body: { language }, timeoutMs: mailsTimeoutMs })
  return { to: safeNext(fields.get('next')), cookies: isLanguage(language) ? [languageCookie(language)] : [] }
}
