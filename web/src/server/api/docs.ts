import { securityHeaders } from '../headers.ts'

/** On a phone an open operation is wider than the page: its words wrap, and what is still too wide scrolls in its own block. */
const narrow = `#docs{overflow-wrap:anywhere}.swagger-ui .opblock .opblock-section-header{flex-wrap:wrap}
.swagger-ui .opblock-body{overflow-x:auto}`

/** Swagger UI over the API's own description, from this origin alone; "Try it out" uses the visitor's own session. */
export const apiDocs = (publicOrigin: string): Response => {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fairpass API</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/swagger-ui/swagger-ui.css">
<style nonce="${nonce}">${narrow}</style>
</head>
<body>
<div id="docs"></div>
<noscript>This page needs JavaScript; <a href="/api/openapi.json">the description itself</a> does not.</noscript>
<script nonce="${nonce}" src="/swagger-ui/swagger-ui-bundle.js"></script>
<script nonce="${nonce}">
SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null })
</script>
</body>
</html>
`
  const headers = { ...securityHeaders(nonce, publicOrigin), 'content-type': 'text/html; charset=utf-8' }
  return new Response(html, { headers })
}
