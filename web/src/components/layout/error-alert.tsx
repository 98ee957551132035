import { For, onMount, Show } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import type { Failure } from '../../queries/loaded.ts'

/** After the page has loaded: browsers ignore `autofocus` when the address has a fragment. */
const focused = (alert: HTMLElement) => {
  onMount(() => alert.focus())
}

/** Why a form was refused: what a screen reader reads first, and where the keyboard focus is. */
export const ErrorAlert = (props: { failure: Failure | undefined }) => {
  const messages = useMessages()
  const label = (field: string | undefined) => Object.entries(messages.fields).find(([name]) => name === field)?.[1]
  return (
    <Show when={props.failure}>
      {(failure) => (
        <div class="alert" role="alert" tabindex="-1" autofocus ref={focused}>
          <Show when={failure().code === 'not_authenticated'}>
            <p>
              <Sentence
                of={messages.forms.sessionEnded}
                parts={{
                  link: (
                    <a href="/signin" target="_blank" rel="noopener">
                      {messages.forms.signInElsewhere}
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
                <span>{error.message}</span>
              </p>
            )}
          </For>
        </div>
      )}
    </Show>
  )
}
