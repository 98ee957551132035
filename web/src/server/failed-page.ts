import { catalogues } from '../words/catalogues.ts'
import type { Language } from '../words/languages.ts'

/** Shown when a page could not be rendered: it depends on nothing that could fail again, and says nothing of why. */
export const failedPage = (traceId: string, language: Language): string => {
  const { failed } = catalogues[language]
  return `<!DOCTYPE html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${failed.title} · Fairpass</title><meta name="robots" content="noindex"></head>
<body><main><h1>${failed.title}</h1>
<p role="alert">${failed.page}</p>
<p><a href="/">${failed.back}</a></p><p><small>${failed.reference}: ${traceId}</small></p></main></body>
</html>`
}
