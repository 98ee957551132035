import { catalogues } from '../i18n/catalogues.ts'
import type { Language } from '../i18n/languages.ts'

const styles = `:root{color-scheme:light dark}body{margin:0;font:1rem/1.6 system-ui,sans-serif}
main{max-width:38rem;margin:0 auto;padding:12vh 1rem}h1{line-height:1.1}textarea{width:100%;font:inherit}`

const pageOf = (language: Language, nonce: string, title: string, main: string): string => `<!DOCTYPE html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Fairpass</title><meta name="robots" content="noindex">
<style nonce="${nonce}">${styles}</style></head>
<body><main><h1>${title}</h1>
${main}</main></body>
</html>`

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** What people write at length, in forms whose pages are shown to who is signed in alone. */
const writtenFields = ['reason', 'text']

export const isWritten = (values: Readonly<Record<string, string>>): boolean =>
  writtenFields.some((name) => values[name]?.trim())

/**
 * Shown when a session ended while something was written: it stands here still, to be sent again once its writer has
 * signed in beside it.
 */
export const sessionEndedPage = (
  language: Language,
  nonce: string,
  { action, values, signIn }: { action: string; values: Readonly<Record<string, string>>; signIn: string },
): string => {
  const { forms } = catalogues[language]
  const link = `<a href="${escaped(signIn)}" target="_blank">${forms.signInElsewhere}</a>`
  const fields = Object.entries(values).map(([name, value]) =>
    writtenFields.includes(name)
      ? `<p><textarea name="${name}" rows="8" aria-label="${forms.sessionEndedTitle}">\n${escaped(value)}</textarea></p>`
      : `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  )
  const main = `<p role="alert">${forms.sessionEnded.replace('{link}', link)}</p>
<form method="post" action="${escaped(action)}">${fields.join('\n')}
<button type="submit">${forms.sendAgain}</button></form>`
  return pageOf(language, nonce, forms.sessionEndedTitle, main)
}

/** Shown when a page could not be rendered: it depends on nothing that could fail again, and says nothing of why. */
export const failedPage = (traceId: string, language: Language, nonce: string): string => {
  const { failed } = catalogues[language]
  const main = `<p role="alert">${failed.page}</p>
<p><a href="/">${failed.back}</a></p><p><small>${failed.reference}: ${traceId}</small></p>`
  return pageOf(language, nonce, failed.title, main)
}

/**
 * Shown for a form that did not come from the public origin.
 * @param publicOrigin where to open Fairpass instead; undefined for a form of another site
 */
export const otherAddressPage = (language: Language, nonce: string, publicOrigin: string | undefined): string => {
  const { failed, forms } = catalogues[language]
  const link = publicOrigin === undefined ? '' : `<a href="${publicOrigin}/">${publicOrigin}</a>`
  const said = publicOrigin === undefined ? forms.elsewhere : forms.otherAddress.replace('{link}', link)
  return pageOf(language, nonce, failed.title, `<p role="alert">${said}</p>`)
}
