import { catalogues } from '../i18n/catalogues.ts'
import type { Language } from '../i18n/languages.ts'

const STYLE = `:root{color-scheme:light dark}body{margin:0;font:1rem/1.6 system-ui,sans-serif}
main{max-width:38rem;margin:0 auto;padding:12vh 1rem}h1{line-height:1.1}`

/** Shown when a page could not be rendered: it depends on nothing that could fail again, and says nothing of why. */
export const failedPage = (traceId: string, language: Language, nonce: string): string => {
  const { failed } = catalogues[language]
  return `<!DOCTYPE html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${failed.title} · Fairpass</title><meta name="robots" content="noindex">
<style nonce="${nonce}">${STYLE}</style></head>
<body><main><h1>${failed.title}</h1>
<p role="alert">${failed.page}</p>
<p><a href="/">${failed.back}</a></p><p><small>${failed.reference}: ${traceId}</small></p></main></body>
</html>`
}
