import { minorUnits } from './money.ts'

// The filter of the form is in whole units of a currency with cents, as most are; a listing may mix currencies.
const FILTER_CURRENCY = 'usd'
const DATE = /^\d{4}-\d{2}-\d{2}$/
const SORTS = ['soonest', 'cheapest', 'newest']

const FILTERS = ['q', 'city', 'from', 'to', 'minPrice', 'maxPrice', 'sort', 'cursor'] as const

const timeOf = (text: string, clock: string): string | undefined => {
  if (DATE.test(text)) return `${text}T${clock}Z`
  return Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString()
}

/**
 * The address that a filled-in form leads to: amounts in minor units as in the API, empty fields gone. Undefined when
 * the address is already that one.
 */
export const tidyAddress = (search: string): string | undefined => {
  const asked = new URLSearchParams(search)
  const tidy = new URLSearchParams()
  for (const name of FILTERS) {
    const value = asked.get(name)?.trim()
    if (value) tidy.set(name, value.slice(0, 500))
  }
  for (const [field, filter] of [
    ['min', 'minPrice'],
    ['max', 'maxPrice'],
  ] as const) {
    const amount = minorUnits(asked.get(field) ?? '', FILTER_CURRENCY)
    if (amount !== undefined) tidy.set(filter, String(amount))
  }
  const isTidy = [...asked].every(([name, value]) => name !== 'min' && name !== 'max' && value !== '')
  if (isTidy) return undefined
  return tidy.size > 0 ? `/?${tidy}` : '/'
}

/** The page's own query as the API's; what makes no sense is left out rather than refused. */
export const apiQuery = (search: string): string => {
  const asked = new URLSearchParams(search)
  const query = new URLSearchParams()
  const put = (name: string, value: string | undefined) => {
    if (value) query.set(name, value)
  }
  const amount = (name: string) => /^\d{1,9}$/.exec(asked.get(name) ?? '')?.[0]
  put('q', asked.get('q')?.trim().slice(0, 100))
  put('city', asked.get('city')?.trim().slice(0, 100))
  put('from', timeOf(asked.get('from') ?? '', '00:00:00.000'))
  put('to', timeOf(asked.get('to') ?? '', '23:59:59.999'))
  put('minPrice', amount('minPrice'))
  put('maxPrice', amount('maxPrice'))
  put(
    'sort',
    SORTS.find((sort) => sort === asked.get('sort')),
  )
  put('cursor', asked.get('cursor')?.slice(0, 300))
  return query.size > 0 ? `?${query}` : ''
}

/** The same listing from another cursor on; undefined is its beginning. */
export const pageAddress = (search: string, cursor: string | undefined): string => {
  const query = new URLSearchParams(search)
  for (const name of [...query.keys()]) if (!FILTERS.some((filter) => filter === name)) query.delete(name)
  query.delete('cursor')
  if (cursor) query.set('cursor', cursor)
  return query.size > 0 ? `/?${query}` : '/'
}
