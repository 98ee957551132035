import displayFont from '@fontsource/bricolage-grotesque/files/bricolage-grotesque-latin-700-normal.woff2?url'
import { createHandler, StartServer } from '@solidjs/start/server'
import { getRequestEvent } from 'solid-js/web'

export default createHandler(
  () => (
    <StartServer
      document={({ assets, children, scripts }) => (
        <html lang={getRequestEvent()?.locals.visit.language}>
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
            {/* Vite reads from it what its styles may carry under our policy, while developing. */}
            {import.meta.env.DEV && <meta property="csp-nonce" nonce={getRequestEvent()?.locals.nonce} />}
            <link rel="preload" href={displayFont} as="font" type="font/woff2" crossorigin="anonymous" />
            {assets}
          </head>
          <body>
            {children}
            {scripts}
          </body>
        </html>
      )}
    />
  ),
  (event) => {
    event.response.headers.set('content-type', 'text/html; charset=utf-8')
    return { mode: 'async', nonce: event.locals.nonce }
  },
)
