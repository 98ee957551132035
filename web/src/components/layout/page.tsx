import { type JSX, Match, Show, Switch } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'
import type { Failure, Loaded } from '../../queries/loaded.ts'
import { ErrorAlert } from './error-alert.tsx'
import { Head } from './head.tsx'
import { NotFoundMessage } from './not-found.tsx'

type PageProps<T> = {
  from: Loaded<T> | undefined
  /** The page's name, also when its content cannot be loaded. */
  title: string
  children: (value: T) => JSX.Element
}

/** What was loaded, or a sentence on why it cannot be shown. */
export const Page = <T,>(props: PageProps<T>) => (
  <Show when={props.from} keyed>
    {(loaded) =>
      loaded.ok ? props.children(loaded.value) : <LoadFailure failure={loaded.failure} title={props.title} />
    }
  </Show>
)

const LoadFailure = (props: { failure: Failure; title: string }) => (
  <Switch
    fallback={
      <>
        <Head title={props.title} description={useMessages().failed.away} />
        <h1>{props.title}</h1>
        <ErrorAlert failure={props.failure} />
      </>
    }
  >
    <Match when={props.failure.status === 404}>
      <NotFoundMessage />
    </Match>
  </Switch>
)
