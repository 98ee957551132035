import { isLanguage } from '../i18n/languages.ts'
import { languageCookie } from '../server/session/cookies.ts'
import { safeNext } from '../server/session/next.ts'
import { type Submit, text } from './form.ts'

/** A language that there is not changes nothing. */
export const chooseLanguage: Submit = async ({ fields }) => {
  const language = text(fields, 'language')
  return { to: safeNext(fields.get('next')), cookies: isLanguage(language) ? [languageCookie(language)] : [] }
}
