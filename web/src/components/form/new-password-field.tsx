import { createSignal, onCleanup, onMount, Show } from 'solid-js'
import type { Refusal } from '../../actions/form.ts'
import { passwordStrength, type Strength } from '../../domain/password-strength.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Field } from './field.tsx'

type NewPasswordFieldProps = {
  label: string
  name: string
  hint: string
  refusal?: Refusal | undefined
}

/** How far the bar reaches. */
const levels: Record<Strength, number> = { short: 1, weak: 2, fair: 3, strong: 4 }

/** A password that somebody chooses, with a word on how strong it is while it is typed. The server has the last word. */
export const NewPasswordField = (props: NewPasswordFieldProps) => {
  const { sign } = useMessages()
  const [strength, setStrength] = createSignal<Strength>()
  let field: HTMLDivElement | undefined

  onMount(() => {
    const input = field?.querySelector('input')
    const look = () => setStrength(input?.value ? passwordStrength(input.value) : undefined)
    // What a password manager filled in before the page listened counts, too.
    look()
    input?.addEventListener('input', look)
    onCleanup(() => input?.removeEventListener('input', look))
  })

  return (
    <div class="field" ref={field}>
      <Field
        label={props.label}
        name={props.name}
        type="password"
        autocomplete="new-password"
        required
        hint={props.hint}
        refusal={props.refusal}
      />
      <div role="status" class="strength">
        <Show when={strength()}>
          {(found) => (
            <>
              <meter min="0" max="4" low="2.5" high="3.5" optimum="4" value={levels[found()]} aria-hidden="true" />{' '}
              <span class="hint">{sign.strength[found()]}</span>
            </>
          )}
        </Show>
      </div>
    </div>
  )
}
