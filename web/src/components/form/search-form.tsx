import { For } from 'solid-js'
import { currenciesToSearch, shownPrice } from '../../domain/listing-query.ts'
import { useMessages } from '../../i18n/messages.ts'
import { useVisitor } from '../layout/visitor.tsx'
import { CurrencySelect } from './currency-select.tsx'
import { Field } from './field.tsx'

const sorts = [
  ['', 'soonest'],
  ['cheapest', 'cheapest'],
  ['newest', 'newest'],
] as const

const filters = ['city', 'from', 'to', 'currency', 'minPrice', 'maxPrice', 'sort']

type SearchFormProps = {
  search: string
  onInput: (event: InputEvent & { currentTarget: HTMLFormElement }) => void
}

export const SearchForm = (props: SearchFormProps) => {
  const messages = useMessages()
  const asked = () => new URLSearchParams(props.search)
  const value = (name: string) => asked().get(name) ?? ''
  const isFiltered = () => filters.some((name) => asked().has(name))
  const visitor = useVisitor()
  const price = (name: 'minPrice' | 'maxPrice') => shownPrice(props.search, name, visitor.locale)
  return (
    <search>
      <form method="get" action="/" class="search" onInput={(event) => props.onInput(event)}>
        <div class="first">
          <label for="f-q" class="sr-only">
            {messages.search.label}
          </label>
          <input
            id="f-q"
            name="q"
            type="search"
            maxlength="100"
            placeholder={messages.search.placeholder}
            value={value('q')}
            autocomplete="off"
          />
          <button type="submit">{messages.search.find}</button>
        </div>
        <details open={isFiltered()} class="mt-4">
          <summary class="w-fit rounded-small py-2 font-semibold">{messages.search.filters}</summary>
          <div class="filters mt-3">
            <Field label={messages.fields.city} name="city" maxlength="100" value={value('city')} />
            <Field label={messages.search.from} name="from" type="date" value={value('from').slice(0, 10)} />
            <Field label={messages.search.to} name="to" type="date" value={value('to').slice(0, 10)} />
            <Field label={messages.search.lowestPrice} name="min" inputmode="decimal" value={price('minPrice')} />
            <Field label={messages.search.highestPrice} name="max" inputmode="decimal" value={price('maxPrice')} />
            <CurrencySelect
              codes={currenciesToSearch(value('currency'))}
              chosen={value('currency')}
              any={messages.search.anyCurrency}
            />
            <SortField chosen={value('sort')} />
          </div>
        </details>
      </form>
    </search>
  )
}

const SortField = (props: { chosen: string }) => {
  const { search } = useMessages()
  return (
    <div class="field">
      <label for="f-sort">{search.sort}</label>
      <select id="f-sort" name="sort">
        <For each={sorts}>
          {([sort, name]) => (
            <option value={sort} selected={props.chosen === sort}>
              {search[name]}
            </option>
          )}
        </For>
      </select>
    </div>
  )
}
