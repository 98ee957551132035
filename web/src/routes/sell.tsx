import { For } from 'solid-js'
import { Field } from '../parts/field.tsx'
import { Head } from '../parts/head.tsx'
import { Refused } from '../parts/refused.tsx'
import { useVisitor } from '../parts/visitor.tsx'
import { useWords } from '../words/words.ts'

const CURRENCIES = ['usd', 'eur', 'gbp', 'chf', 'sek', 'nok', 'dkk', 'pln', 'czk', 'cad', 'aud', 'jpy']
const OFFSETS = Array.from({ length: 27 }, (_, index) => {
  const hours = index - 12
  return `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`
})
const HALF_OFFSETS = ['-09:30', '-03:30', '+03:30', '+04:30', '+05:30', '+05:45', '+06:30', '+09:30', '+12:45']
const byTime = (one: string, other: string) => minutes(one) - minutes(other)
const minutes = (offset: string) =>
  Number(`${offset[0]}1`) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6)))

export default function Sell() {
  const visitor = useVisitor()
  const { sell, fields } = useWords()
  const refusal = () => visitor.refusal
  const typed = (name: string) => refusal()?.values[name]
  return (
    <>
      <Head title={sell.title} description={sell.description} />
      <h1>{sell.title}</h1>
      <p class="lead">{sell.lead}</p>
      <Refused failure={refusal()} />
      <form method="post" action="/sell" class="stack panel narrow">
        <input type="hidden" name="idempotencyKey" value={visitor.idempotencyKey} />
        <Field label={fields.title} name="title" required maxlength="200" refusal={refusal()} />
        <div class="pair">
          <Field label={fields.venue} name="venue" required maxlength="100" refusal={refusal()} />
          <Field label={fields.city} name="city" required maxlength="100" refusal={refusal()} />
        </div>
        <Field
          label={fields.startsAt}
          name="startsAt"
          type="datetime-local"
          required
          hint={sell.startsAtHint}
          refusal={refusal()}
        />
        <div class="field">
          <label for="f-offset">{fields.offset}</label>
          <select id="f-offset" name="offset">
            <For each={[...OFFSETS, ...HALF_OFFSETS].sort(byTime)}>
              {(offset) => (
                <option value={offset} selected={(typed('offset') ?? '+00:00') === offset}>
                  UTC{offset}
                </option>
              )}
            </For>
          </select>
        </div>
        <div class="pair">
          <Field
            label={fields.price}
            name="price"
            inputmode="decimal"
            required
            hint={sell.priceHint}
            refusal={refusal()}
          />
          <div class="field">
            <label for="f-currency">{fields.currency}</label>
            <select id="f-currency" name="currency">
              <For each={CURRENCIES}>
                {(currency) => (
                  <option value={currency} selected={(typed('currency') ?? 'usd') === currency}>
                    {currency.toUpperCase()}
                  </option>
                )}
              </For>
            </select>
          </div>
        </div>
        <div class="field">
          <label for="f-description">{fields.description}</label>
          <textarea
            id="f-description"
            name="description"
            rows="5"
            maxlength="5000"
            value={typed('description') ?? ''}
          />
        </div>
        <button type="submit">{sell.submit}</button>
      </form>
    </>
  )
}
