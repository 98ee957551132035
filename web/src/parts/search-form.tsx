import { For } from 'solid-js'
import { majorUnits } from '../market/money.ts'
import { Field } from './field.tsx'

const SORTS = [
  ['', 'Soonest first'],
  ['cheapest', 'Cheapest first'],
  ['newest', 'Newest first'],
] as const

const FILTERS = ['city', 'from', 'to', 'minPrice', 'maxPrice', 'sort']

export const SearchForm = (props: { search: string }) => {
  const asked = () => new URLSearchParams(props.search)
  const value = (name: string) => asked().get(name) ?? ''
  const isFiltered = () => FILTERS.some((name) => asked().has(name))
  const price = (name: string) => (/^\d{1,12}$/.test(value(name)) ? majorUnits(Number(value(name)), 'usd') : '')
  return (
    <search>
      <form method="get" action="/" class="search panel">
        <div class="first">
          <Field label="Search" name="q" type="search" placeholder="Artist, team, venue or city" value={value('q')} />
          <button type="submit">Find tickets</button>
        </div>
        <details open={isFiltered()}>
          <summary>Filters and order</summary>
          <div class="filters">
            <Field label="City" name="city" value={value('city')} />
            <Field label="From" name="from" type="date" value={value('from').slice(0, 10)} />
            <Field label="To" name="to" type="date" value={value('to').slice(0, 10)} />
            <Field label="Lowest price" name="min" inputmode="decimal" value={price('minPrice')} />
            <Field label="Highest price" name="max" inputmode="decimal" value={price('maxPrice')} />
            <div class="field">
              <label for="f-sort">Order</label>
              <select id="f-sort" name="sort">
                <For each={SORTS}>
                  {([sort, words]) => (
                    <option value={sort} selected={value('sort') === sort}>
                      {words}
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
