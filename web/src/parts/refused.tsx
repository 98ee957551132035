import { For, Show } from 'solid-js'
import type { Failure } from '../market/loaded.ts'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/words.ts'

/** Why a form was refused: in the API's own words, or by its code where the page is in another language. */
export const Refused = (props: { failure: Failure | undefined }) => {
  const words = useWords()
  const label = (field: string | undefined) =>
    Object.entries(words.fields).find(([name]) => name === (field === 'priceCents' ? 'price' : field))?.[1]
  return (
    <Show when={props.failure}>
      {(failure) => (
        <div class="alert" role="alert">
          <For each={failure().errors}>
            {(error) => (
              <p>
                <Show when={label(error.field)}>{(name) => <strong>{name()}: </strong>}</Show>
                <span>{inWords(words, failure().code, error)}</span>
              </p>
            )}
          </For>
        </div>
      )}
    </Show>
  )
}

const inWords = (words: Words, code: string, error: Failure['errors'][number]): string =>
  (code === 'request_validation' ? words.refusedFields[error.field ?? ''] : words.refusals[code]) ?? error.message
