import { Show } from 'solid-js'

/** Leads to the next page of a list that only its owner sees. */
export const NextPageLink = (props: { cursor: string | null | undefined; path: string; words: string }) => (
  <Show when={props.cursor}>
    {(cursor) => (
      <p class="mt-4">
        <a
          class="button quiet"
          rel="next"
          href={`${props.path}${props.path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor())}`}
        >
          {props.words}
        </a>
      </p>
    )}
  </Show>
)
