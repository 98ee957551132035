import { createAsync, useLocation } from '@solidjs/router'
import { For, onMount, type ParentProps, Show } from 'solid-js'
import { languages } from '../../i18n/languages.ts'
import { useMessages } from '../../i18n/messages.ts'
import { keepNothingOfOthers } from '../../offline/kept-tickets.ts'
import { readVisitor } from '../../queries/visitor.ts'
import { signInPath } from '../../server/session/next.ts'
import { Offline } from './offline.tsx'
import { useVisitor, VisitorProvider } from './visitor.tsx'

export const Frame = (props: ParentProps) => {
  const visitor = createAsync(() => readVisitor())
  return (
    <Show when={visitor()}>
      {(known) => (
        <VisitorProvider visitor={known()}>
          <Framed>{props.children}</Framed>
        </VisitorProvider>
      )}
    </Show>
  )
}

const Framed = (props: ParentProps) => {
  const visitor = useVisitor()
  const messages = useMessages()
  // While auth is away the visitor is unknown, so kept tickets are not touched.
  onMount(() => {
    if (visitor.user !== undefined) void keepNothingOfOthers(visitor.user?.id)
  })
  return (
    <>
      <a class="skip" href="#main">
        {messages.frame.skip}
      </a>
      <header class="bar">
        <div>
          <a class="brand" href="/">
            <svg viewBox="0 0 32 32" aria-hidden="true">
              <path fill="currentColor" d="M3 8h26v5a3 3 0 0 0 0 6v5H3v-5a3 3 0 0 0 0-6z" />
              <path class="perforation" stroke-width="2" stroke-dasharray="2 2" d="M20 9v14" />
            </svg>
            Fairpass
          </a>
          <nav aria-label={messages.frame.main} classList={{ many: visitor.user !== null }}>
            <a href="/">{messages.frame.tickets}</a>
            <a href="/sell">{messages.frame.sell}</a>
            <Show when={visitor.user !== null} fallback={<SignedOut />}>
              <SignedIn isAdmin={visitor.user?.role === 'admin'} />
            </Show>
          </nav>
        </div>
      </header>
      <div class="said">
        <Offline />
        <Show when={visitor.user === undefined}>
          <p class="notice" role="status">
            {messages.frame.noAccounts}
          </p>
        </Show>
      </div>
      <main id="main" tabindex="-1">
        {props.children}
      </main>
      <footer class="foot">
        <div>
          <p>{messages.frame.about}</p>
          <LanguageSwitch />
        </div>
      </footer>
    </>
  )
}

/** The current address, including the search while typing. */
const hereNow = () => window.location.pathname + window.location.search

const LanguageSwitch = () => {
  const visitor = useVisitor()
  const location = useLocation()
  return (
    <form
      method="post"
      action="/language"
      class="languages"
      aria-label={useMessages().frame.language}
      onSubmit={(event) => {
        const next = event.currentTarget.elements.namedItem('next')
        if (next instanceof HTMLInputElement) next.value = hereNow()
      }}
    >
      <input type="hidden" name="next" value={location.pathname + location.search} autocomplete="off" />
      <For each={Object.entries(languages)}>
        {([language, name]) => (
          <button
            type="submit"
            name="language"
            value={language}
            lang={language}
            class="quiet"
            aria-current={language === visitor.language ? 'true' : undefined}
          >
            {name}
          </button>
        )}
      </For>
    </form>
  )
}

/** Signing in leads back here; on its own pages to where it would have led. */
const SignedOut = () => {
  const { frame } = useMessages()
  const location = useLocation()
  const next = ({ pathname, search }: { pathname: string; search: string } = location) =>
    /^\/sign(in|up|out)\b/.test(pathname) ? (new URLSearchParams(search).get('next') ?? '/') : pathname + search
  /** Searching while typing changes the address without the page. */
  const follow = (event: MouseEvent & { currentTarget: HTMLAnchorElement }) => {
    if (window.location.pathname !== location.pathname) return
    event.currentTarget.href = signInPath(next(window.location), event.currentTarget.pathname)
  }
  return (
    <>
      <a href={signInPath(next())} onClick={follow}>
        {frame.signIn}
      </a>
      <a href={signInPath(next(), '/signup')} onClick={follow}>
        {frame.signUp}
      </a>
    </>
  )
}

const SignedIn = (props: { isAdmin: boolean }) => {
  const { frame } = useMessages()
  return (
    <>
      <a href="/listings">{frame.listings}</a>
      <a href="/orders">{frame.orders}</a>
      <a href="/account">{frame.account}</a>
      <Show when={props.isAdmin}>
        <a href="/admin">{frame.admin}</a>
      </Show>
      <form method="post" action="/signout">
        <button type="submit">{frame.signOut}</button>
      </form>
    </>
  )
}
