import { type JSX, Match, Show, Switch } from 'solid-js'
import { useWords } from '../../i18n/words.ts'
import type { Failure, Loaded } from '../../queries/loaded.ts'
import { Head } from './head.tsx'
import { Missing } from './missing.tsx'
import { Refused } from './refused.tsx'

interface PageProps<T> {
  from: Loaded<T> | undefined
  /** The page's name, also while what it shows cannot be had. */
  title: string
  children: (value: T) => JSX.Element
}

/** What was loaded, or a plain word on why it cannot be shown. */
export const Page = <T,>(props: PageProps<T>) => (
  <Show when={props.from} keyed>
    {(loaded) => (loaded.ok ? props.children(loaded.value) : <Unloaded failure={loaded.failure} title={props.title} />)}
  </Show>
)

const Unloaded = (props: { failure: Failure; title: string }) => (
  <Switch
    fallback={
      <>
        <Head title={props.title} description={useWords().failed.away} />
        <h1>{props.title}</h1>
        <Refused failure={props.failure} />
      </>
    }
  >
    <Match when={props.failure.status === 404}>
      <Missing />
    </Match>
  </Switch>
)
