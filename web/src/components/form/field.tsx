import { type JSX, Show, splitProps } from 'solid-js'
import type { Refusal } from '../../actions/form.ts'

type FieldProps = JSX.InputHTMLAttributes<HTMLInputElement> & {
  label: string
  name: string
  hint?: string
  refusal?: Refusal | undefined
}

/** A labelled input that keeps what was typed when its form was refused, and says what was wrong with it. */
export const Field = (props: FieldProps) => {
  const [own, input] = splitProps(props, ['label', 'hint', 'refusal', 'value', 'name'])
  const wrong = () => own.refusal?.errors.find(({ field }) => field === own.name)?.message
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
        {(text) => (
          <p class="wrong" id={`w-${own.name}`}>
            {text()}
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
