import { For } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'

type CurrencySelectProps = {
  codes: readonly string[]
  chosen: string
  /** the first option, for no currency in particular */
  any?: string
  onChoice?: (code: string) => void
}

export const CurrencySelect = (props: CurrencySelectProps) => (
  <div class="field">
    <label for="f-currency">{useMessages().fields.currency}</label>
    <select id="f-currency" name="currency" onInput={(event) => props.onChoice?.(event.currentTarget.value)}>
      {props.any && <option value="">{props.any}</option>}
      <For each={props.codes}>
        {(code) => (
          <option value={code} selected={props.chosen === code}>
            {code.toUpperCase()}
          </option>
        )}
      </For>
    </select>
  </div>
)
