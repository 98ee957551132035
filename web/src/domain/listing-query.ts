import { amountField, currencies, currencyNamed, isDay, minorUnits, parseMoment } from '@fairpass/sdk/values'

const sorts = ['soonest', 'cheapest', 'newest']

const filters = ['q', 'city', 'from', 'to', 'currency', 'minPrice', 'maxPrice', 'sort', 'cursor'] as const

/** The currency of prices that name none. */
export const usualCurrency = (locale: string): string => (locale.startsWith('de') ? 'eur' : 'usd')

/** The currencies of most tickets. */
export const commonCurrencies = ['usd', 'eur', 'gbp', 'chf', 'sek', 'nok', 'dkk', 'pln', 'czk', 'cad', 'aud', 'jpy']

/** Few enough for every page; the address takes any other, which is then among them. */
export const currenciesToSearch = (chosen: string): string[] =>
  currencies.has(chosen) ? [...new Set([...commonCurrencies, chosen])] : commonCurrencies

/** A day is the venue's; a moment is one everywhere. */
const timeOf = (text: string): string | undefined => (isDay(text) ? text : parseMoment(text)?.toISOString())

/**
 * The address that a filled-in form leads to: amounts in minor units as in the API, empty fields gone. Undefined when
 * the address is already that one. Prices are told in one currency, since those of several cannot be compared.
 */
export const tidyAddress = (search: string, locale = 'en'): string | undefined => {
  const asked = new URLSearchParams(search)
  const tidy = new URLSearchParams()
  for (const name of filters) {
    const value = asked.get(name)?.trim()
    if (value) tidy.set(name, value.slice(0, 500))
  }
  const currency = currencies.get(asked.get('currency') ?? '')?.code ?? usualCurrency(locale)
  for (const [field, filter] of [
    ['min', 'minPrice'],
    ['max', 'maxPrice'],
  ] as const) {
    const amount = minorUnits(asked.get(field) ?? '', currency, locale)
    if (amount === undefined) continue
    tidy.set(filter, String(amount))
    tidy.set('currency', currency)
  }
  const isTidy = [...asked].every(([name, value]) => name !== 'min' && name !== 'max' && value !== '')
  if (isTidy) return undefined
  return tidy.size > 0 ? `/?${tidy}` : '/'
}

/** A line of text, at most a hundred characters: what was pasted may have line breaks, which part words as spaces do. */
const lineOf = (text: string | null): string | undefined =>
  text
    ?.replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 100)
    .trim()

/** The page's own query as the API's; what makes no sense is left out rather than refused. */
export const apiQuery = (search: string): string => {
  const asked = new URLSearchParams(search)
  const query = new URLSearchParams()
  const put = (name: string, value: string | undefined) => {
    if (value) query.set(name, value)
  }
  const amount = (name: string) => /^\d{1,12}$/.exec(asked.get(name) ?? '')?.[0]
  put('q', lineOf(asked.get('q')))
  put('city', lineOf(asked.get('city')))
  put('from', timeOf(asked.get('from') ?? ''))
  put('to', timeOf(asked.get('to') ?? ''))
  put('currency', currencies.get(asked.get('currency') ?? '')?.code)
  put('minPrice', amount('minPrice'))
  put('maxPrice', amount('maxPrice'))
  put(
    'sort',
    sorts.find((sort) => sort === asked.get('sort')),
  )
  put('cursor', asked.get('cursor')?.slice(0, 300))
  return query.size > 0 ? `?${query}` : ''
}

/** The same listing from another cursor on; undefined is its beginning. */
export const pageAddress = (search: string, cursor: string | undefined): string => {
  const query = new URLSearchParams(search)
  for (const name of [...query.keys()]) if (!filters.some((filter) => filter === name)) query.delete(name)
  query.delete('cursor')
  if (cursor) query.set('cursor', cursor)
  return query.size > 0 ? `/?${query}` : '/'
}

/** Whether an address is the whole listing, or a page of it: search results are not for indexing. */
export const isWholeListing = (search: string): boolean => {
  const asked = new URLSearchParams(search)
  return filters.every((name) => name === 'cursor' || !asked.get(name))
}

/** A price in an address as a field of the form has it. */
export const shownPrice = (search: string, name: 'minPrice' | 'maxPrice', locale: string): string => {
  const asked = new URLSearchParams(search)
  const value = asked.get(name) ?? ''
  const currency = currencyNamed(asked.get('currency') ?? usualCurrency(locale)).code
  return /^\d{1,12}$/.test(value) ? amountField(Number(value), currency, locale) : ''
}
