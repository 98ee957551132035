import { isLanguage } from '../i18n/languages.ts'
import { languageCookie } from '../server/session/cookies.ts'
import { safeNext } from '../server/session/next.ts'
import { type FormAction, text } from './form.ts'

// The page changes its language even when that of mails cannot be changed.
const mailsTimeoutMs = 2000

/** An unknown language changes nothing. Signed-in users get their mails in it, too. */
export const chooseLanguage: FormAction = async ({ api, fields }) => {
  const language = text(fields, 'language')
  if (isLanguage(language)) await api('PUT', '/api/users/settings', { body: { language }, timeoutMs: mailsTimeoutMs })
  return { to: safeNext(fields.get('next')), cookies: isLanguage(language) ? [languageCookie(language)] : [] }
}
