import { MetaProvider } from '@solidjs/meta'
import { Router } from '@solidjs/router'
import { FileRoutes } from '@solidjs/start/router'
import { ErrorBoundary, Suspense } from 'solid-js'
import './app.css'
import { Frame } from './components/layout/frame.tsx'
import { useWords } from './i18n/words.ts'
import { noteFailed } from './queries/reads.ts'

const Broken = (props: { error: unknown }) => {
  noteFailed(props.error)
  const words = useWords()
  return (
    <main>
      <h1>{words.failed.title}</h1>
      <p role="alert">{words.failed.render}</p>
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
          <ErrorBoundary fallback={(error: unknown) => <Broken error={error} />}>
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
