import { useLocation } from '@solidjs/router'
import { Show } from 'solid-js'

/** What was done just now: a form leads to its page with `done` in the address, and the page says it in its words. */
export const SuccessNotice = (props: { words: Record<string, string> }) => {
  const location = useLocation()
  const said = () => {
    const done = new URLSearchParams(location.search).get('done') ?? ''
    return Object.hasOwn(props.words, done) ? props.words[done] : undefined
  }
  return (
    <Show when={said()}>
      {(words) => (
        <p class="notice good narrow" role="status">
          {words()}
        </p>
      )}
    </Show>
  )
}
