/** Shown when a page could not be rendered: it depends on nothing that could fail again, and says nothing of why. */
export const failedPage = (traceId: string): string => `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Something went wrong · Fairpass</title><meta name="robots" content="noindex"></head>
<body><main><h1>Something went wrong</h1>
<p role="alert">This page could not be shown. Nothing that you did was lost; please try again.</p>
<p><a href="/">Back to the tickets</a></p><p><small>Reference: ${traceId}</small></p></main></body>
</html>`
