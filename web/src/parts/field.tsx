import { type JSX, splitProps } from 'solid-js'
import type { Refusal } from '../forms/form.ts'

interface FieldProps extends JSX.InputHTMLAttributes<HTMLInputElement> {
  label: string
  name: string
  hint?: string
  refusal?: Refusal | undefined
}

/** A labelled input that keeps what was typed when its form was refused. */
export const Field = (props: FieldProps) => {
  const [own, input] = splitProps(props, ['label', 'hint', 'refusal', 'value', 'name'])
  const isWrong = () => own.refusal?.errors.some((error) => error.field === own.name) ?? false
  return (
    <div class="field">
      <label for={`f-${own.name}`}>{own.label}</label>
      <input
        {...input}
        id={`f-${own.name}`}
        name={own.name}
        value={own.refusal?.values[own.name] ?? own.value ?? ''}
        aria-invalid={isWrong() ? 'true' : undefined}
        aria-describedby={own.hint ? `h-${own.name}` : undefined}
      />
      {own.hint ? (
        <p class="hint" id={`h-${own.name}`}>
          {own.hint}
        </p>
      ) : null}
    </div>
  )
}
