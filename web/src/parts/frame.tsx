import { createAsync } from '@solidjs/router'
import { type ParentProps, Show } from 'solid-js'
import { readVisitor } from '../market/reads.ts'
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
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href="/">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path fill="currentColor" d="M3 8h26v5a3 3 0 0 0 0 6v5H3v-5a3 3 0 0 0 0-6z" />
            <path class="perforation" stroke-width="2" stroke-dasharray="2 2" d="M20 9v14" />
          </svg>
          Fairpass
        </a>
        <nav aria-label="Main">
          <a href="/">Tickets</a>
          <a href="/sell">Sell</a>
          <Show when={visitor.user !== null} fallback={<SignedOut />}>
            <SignedIn isAdmin={visitor.user?.role === 'admin'} />
          </Show>
        </nav>
      </header>
      <Show when={visitor.user === undefined}>
        <p class="notice" role="status">
          Accounts cannot be reached right now, so some of what is yours may not be shown.
        </p>
      </Show>
      <main id="main" tabindex="-1">
        {props.children}
      </main>
      <footer>
        <p>Fairpass: tickets from one person to another.</p>
      </footer>
    </>
  )
}

const SignedOut = () => (
  <>
    <a href="/signin">Sign in</a>
    <a href="/signup">Sign up</a>
  </>
)

const SignedIn = (props: { isAdmin: boolean }) => (
  <>
    <a href="/listings">My listings</a>
    <a href="/orders">My orders</a>
    <a href="/account">Account</a>
    <Show when={props.isAdmin}>
      <a href="/admin">Admin</a>
    </Show>
    <form method="post" action="/signout">
      <button type="submit" class="quiet">
        Sign out
      </button>
    </form>
  </>
)
