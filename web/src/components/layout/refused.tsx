import { For, Show } from 'solid-js'
import { fieldName, refusalIn } from '../../i18n/refusal.ts'
import { useWords } from '../../i18n/words.ts'
import type { Failure } from '../../queries/loaded.ts'

/** Why a form was refused. */
export const Refused = (props: { failure: Failure | undefined }) => {
  const words = useWords()
  const label = (field: string | undefined) =>
    Object.entries(words.fields).find(([name]) => name === fieldName(field))?.[1]
  return (
    <Show when={props.failure}>
      {(failure) => (
        <div class="alert" role="alert">
          <For each={failure().errors}>
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
