import { For } from 'solid-js'
import { majorUnits } from '../market/money.ts'
import { useWords } from '../words/words.ts'
import { Field } from './field.tsx'

const SORTS = [
  ['', 'soonest'],
  ['cheapest', 'cheapest'],
  ['newest', 'newest'],
] as const

const FILTERS = ['city', 'from', 'to', 'minPrice', 'maxPrice', 'sort']

export const SearchForm = (props: { search: string }) => {
  const words = useWords()
  const asked = () => new URLSearchParams(props.search)
  const value = (name: string) => asked().get(name) ?? ''
  const isFiltered = () => FILTERS.some((name) => asked().has(name))
  const price = (name: string) => (/^\d{1,12}$/.test(value(name)) ? majorUnits(Number(value(name)), 'usd') : '')
  return (
    <search>
      <form method="get" action="/" class="search panel">
        <div class="first">
          <Field
            label={words.search.label}
            name="q"
            type="search"
            placeholder={words.search.placeholder}
            value={value('q')}
          />
          <button type="submit">{words.search.find}</button>
        </div>
        <details open={isFiltered()}>
          <summary>{words.search.filters}</summary>
          <div class="filters">
            <Field label={words.fields.city} name="city" value={value('city')} />
            <Field label={words.search.from} name="from" type="date" value={value('from').slice(0, 10)} />
            <Field label={words.search.to} name="to" type="date" value={value('to').slice(0, 10)} />
            <Field label={words.search.lowestPrice} name="min" inputmode="decimal" value={price('minPrice')} />
            <Field label={words.search.highestPrice} name="max" inputmode="decimal" value={price('maxPrice')} />
            <div class="field">
              <label for="f-sort">{words.search.sort}</label>
              <select id="f-sort" name="sort">
                <For each={SORTS}>
                  {([sort, name]) => (
                    <option value={sort} selected={value('sort') === sort}>
                      {words.search[name]}
                    </option>
                  )}
                </For>
              </select>
            </div>
          </div>
        </details>
      </form>
    </search>
  )
}
