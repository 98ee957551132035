import { For, onMount, Show } from 'solid-js'
import { fieldName, refusalIn } from '../../i18n/refusal.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { useWords } from '../../i18n/words.ts'
import type { Failure } from '../../queries/loaded.ts'

/** Once the page is there: `autofocus` alone is not heeded where an address names a place in the page. */
const focused = (alert: HTMLElement) => {
  onMount(() => alert.focus())
}

/** Why a form was refused: the first that a screen reader reads of the page, and where the keyboard is. */
export const Refused = (props: { failure: Failure | undefined }) => {
  const words = useWords()
  const label = (field: string | undefined) =>
    Object.entries(words.fields).find(([name]) => name === fieldName(field))?.[1]
  return (
    <Show when={props.failure}>
      {(failure) => (
        <div class="alert" role="alert" tabindex="-1" autofocus ref={focused}>
          <Show when={failure().code === 'not_authenticated'}>
            <p>
              <Sentence
                of={words.sign.ended}
                parts={{
                  link: (
                    <a href="/signin" target="_blank" rel="noopener">
                      {words.sign.endedLink}
                    </a>
                  ),
                }}
              />
            </p>
          </Show>
          <For each={failure().code === 'not_authenticated' ? [] : failure().errors}>
            {(error) => (
              <p>
                <Show when={label(error.field)}>{(name) => <strong>{name()}: </strong>}</Show>
                <span>{refusalIn(words, failure().code, error)}</span>
              </p>
            )}
          </For>
        </div>
      )}
    </Show>
  )
}
