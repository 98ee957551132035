import { currencies, formatMoney, minorUnits } from '@fairpass/sdk/values'
import { createSignal, Show } from 'solid-js'
import { formatShare, proceedsOf } from '../../domain/fee.ts'
import { commonCurrencies, usualCurrency } from '../../domain/listing-query.ts'
import { useMessages } from '../../i18n/messages.ts'
import { useVisitor } from '../layout/visitor.tsx'
import { CurrencySelect } from './currency-select.tsx'
import { Field } from './field.tsx'
import { FileField } from './file-field.tsx'
import { IdempotencyKey } from './idempotency-key.tsx'
import { ZoneField } from './zone-field.tsx'

const others = [...currencies.keys()].filter((code) => !commonCurrencies.includes(code)).sort()

/** Every currency that can be charged, the common ones first, and the one that a listing has. */
const currenciesWith = (chosen: string): string[] => [...new Set([...commonCurrencies, ...others, chosen])]

/** What stands in the fields of a listing, as people type it. */
export type ListingValues = {
  title: string
  venue: string
  city: string
  startsAt: string
  timeZone: string
  price: string
  currency: string
  description: string
  section?: string | undefined
  row?: string | undefined
  seat?: string | undefined
  faceValue?: string | undefined
}

type ListingFormProps = {
  action: string
  intent: 'sell' | 'save'
  button: string
  values?: ListingValues
}

export const ListingForm = (props: ListingFormProps) => {
  const visitor = useVisitor()
  const { fields, sell } = useMessages()
  const refusal = () => visitor.refusal
  const value = (name: keyof ListingValues) => refusal()?.values[name] ?? props.values?.[name]
  const currencyAtFirst = () => value('currency') ?? usualCurrency(visitor.locale)
  const [price, setPrice] = createSignal(value('price') ?? '')
  const [currency, setCurrency] = createSignal(currencyAtFirst())
  const field = (name: keyof ListingValues) => ({
    label: fields[name],
    name,
    value: props.values?.[name],
    refusal: refusal(),
  })
  return (
    <form method="post" action={props.action} enctype="multipart/form-data" class="stack panel narrow">
      <input type="hidden" name="intent" value={props.intent} />
      <IdempotencyKey />
      <Field {...field('title')} required maxlength="200" hint={sell.titleHint} />
      <div class="pair">
        <Field {...field('venue')} required maxlength="100" />
        <Field {...field('city')} required maxlength="100" />
      </div>
      <div class="pair">
        <Field {...field('startsAt')} type="datetime-local" required hint={sell.startsAtHint} />
        <ZoneField chosen={value('timeZone')} />
      </div>
      <div class="pair">
        <Field
          {...field('price')}
          inputmode="decimal"
          required
          hint={sell.priceHint}
          onInput={(event) => setPrice(event.currentTarget.value)}
        />
        <CurrencySelect codes={currenciesWith(currencyAtFirst())} chosen={currencyAtFirst()} onChoice={setCurrency} />
      </div>
      <Proceeds price={price()} currency={currency()} />
      <div class="pair">
        <Field {...field('section')} maxlength="50" />
        <Field {...field('row')} maxlength="20" />
        <Field {...field('seat')} maxlength="20" />
        <Field {...field('faceValue')} inputmode="decimal" hint={sell.faceValueHint} />
      </div>
      <FileField />
      <DescriptionField value={value('description') ?? ''} />
      <button type="submit">{props.button}</button>
    </form>
  )
}

const DescriptionField = (props: { value: string }) => {
  const { fields, sell } = useMessages()
  return (
    <div class="field">
      <label for="f-description">{fields.description}</label>
      <textarea id="f-description" name="description" rows="5" maxlength="5000" aria-describedby="h-description">
        {props.value}
      </textarea>
      <p class="hint" id="h-description">
        {sell.descriptionHint}
      </p>
    </div>
  )
}

/** What will be the seller's, as soon as there is a price; before, and without JavaScript, the share that is not. */
const Proceeds = (props: { price: string; currency: string }) => {
  const visitor = useVisitor()
  const { sell } = useMessages()
  const share = () => formatShare(visitor.feeBasisPoints, visitor.locale)
  const cents = () => minorUnits(props.price, props.currency, visitor.locale)
  return (
    <p class="rounded-small bg-good-ground px-4 py-3 font-semibold text-good" role="status">
      <Show when={cents()} fallback={visitor.feeBasisPoints > 0 ? sell.share(share()) : sell.whole}>
        {(asked) =>
          sell.proceeds(
            formatMoney(proceedsOf(asked(), visitor.feeBasisPoints), props.currency, visitor.locale),
            share(),
          )
        }
      </Show>
    </p>
  )
}
