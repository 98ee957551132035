import { type JSX, Show, splitProps } from 'solid-js'
import type { Refusal } from '../../actions/form.ts'
import { errorMessage, fieldName } from '../../i18n/error-message.ts'
import { useMessages } from '../../i18n/messages.ts'

type FieldProps = JSX.InputHTMLAttributes<HTMLInputElement> & {
  label: string
  name: string
  hint?: string
  refusal?: Refusal | undefined
}

/** A labelled input that keeps what was typed when its form was refused, and says what was wrong with it. */
export const Field = (props: FieldProps) => {
  const [own, input] = splitProps(props, ['label', 'hint', 'refusal', 'value', 'name'])
  const messages = useMessages()
  const wrong = () => {
    const { refusal } = own
    const error = refusal?.errors.find(({ field }) => fieldName(field) === own.name)
    return refusal && error && errorMessage(messages, refusal.code, error)
  }
  const describedBy = () =>
    [wrong() ? `w-${own.name}` : '', own.hint ? `h-${own.name}` : ''].filter(Boolean).join(' ') || undefined
  return (
    <div class="field">
      <label for={`f-${own.name}`}>{own.label}</label>
      <input
        {...input}
        id={`f-${own.name}`}
        name={own.name}
        value={own.refusal?.values[own.name] ?? own.value ?? ''}
        aria-invalid={wrong() ? 'true' : undefined}
        aria-describedby={describedBy()}
      />
      <Show when={wrong()}>
        {(messages) => (
          <p class="wrong" id={`w-${own.name}`}>
            {messages()}
          </p>
        )}
      </Show>
      <Show when={own.hint}>
        {(hint) => (
          <p class="hint" id={`h-${own.name}`}>
            {hint()}
          </p>
        )}
      </Show>
    </div>
  )
}
