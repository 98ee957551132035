import { MetaProvider } from '@solidjs/meta'
import { Router } from '@solidjs/router'
import { FileRoutes } from '@solidjs/start/router'
import { ErrorBoundary, Suspense } from 'solid-js'
import './app.css'
import { Frame } from './components/layout/frame.tsx'
import { useMessages } from './i18n/messages.ts'
import { reportRenderError } from './queries/page.ts'

const RenderError = (props: { error: unknown }) => {
  reportRenderError(props.error)
  const messages = useMessages()
  return (
    <main>
      <h1>{messages.failed.title}</h1>
      <p role="alert">{messages.failed.render}</p>
    </main>
  )
}

export default function App() {
  return (
    <Router
      explicitLinks
      preload={false}
      root={(props) => (
        <MetaProvider>
          <ErrorBoundary fallback={(error: unknown) => <RenderError error={error} />}>
            <Suspense>
              <Frame>{props.children}</Frame>
            </Suspense>
          </ErrorBoundary>
        </MetaProvider>
      )}
    >
      <FileRoutes />
    </Router>
  )
}
