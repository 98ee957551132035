import { expect, test } from 'bun:test'
import { apiQuery, isWholeListing, pageAddress, shownPrice, tidyAddress } from './listing-query.ts'

test('the form’s amounts become the API’s, and empty fields go', () => {
  expect(tidyAddress('?q=jazz&city=&min=10&max=25.50&sort=')).toBe('/?q=jazz&minPrice=1000&currency=usd&maxPrice=2550')
  expect(tidyAddress('?q=&min=')).toBe('/')
  expect(tidyAddress('?q=jazz&minPrice=1000')).toBeUndefined()
  expect(tidyAddress(tidyAddress('?min=abc&q=x')?.slice(1) ?? '')).toBeUndefined()
})

test('a price is told in one currency, as its reader writes it', () => {
  expect(tidyAddress('?min=1.250,50', 'de-AT')).toBe('/?minPrice=125050&currency=eur')
  expect(tidyAddress('?min=1,250.00&currency=chf')).toBe('/?currency=chf&minPrice=125000')
  expect(tidyAddress('?min=5000&currency=jpy')).toBe('/?currency=jpy&minPrice=5000')
  expect(shownPrice('?minPrice=125050&currency=eur', 'minPrice', 'de')).toBe('1250,50')
  expect(shownPrice('?minPrice=5000&currency=jpy', 'minPrice', 'en')).toBe('5000')
  expect(shownPrice('?minPrice=x', 'minPrice', 'en')).toBe('')
})

test('days stay days, which are those of each venue; what makes no sense is not asked for', () => {
  expect(apiQuery('?from=2027-03-01&to=2027-03-02&sort=cheapest&currency=eur')).toBe(
    `?${new URLSearchParams({ from: '2027-03-01', to: '2027-03-02', currency: 'eur', sort: 'cheapest' })}`,
  )
  expect(apiQuery('?from=2035-06-01T19:30:00+02')).toBe('?from=2035-06-01T17%3A30%3A00.000Z')
  expect(apiQuery('?from=soon&minPrice=1e9&sort=random&status=sold&limit=9999&currency=dem&to=2027-02-30')).toBe('')
})

test('what was pasted with line breaks, or holds what no API takes, is searched for as a line', () => {
  expect(apiQuery('?q=Guns%0D%0ARoses%00&city=%00')).toBe('?q=Guns+Roses')
  expect(apiQuery(`?q=${'x'.repeat(99)}%0Ay`)).toBe(`?q=${'x'.repeat(99)}`)
})

test('a search is no page to index, the listing and its further pages are', () => {
  expect(['', '?', '?cursor=abc', '?utm_source=x'].every(isWholeListing)).toBe(true)
  expect(['?q=x', '?city=x', '?sort=cheapest', '?from=2027-01-01', '?minPrice=1'].some(isWholeListing)).toBe(false)
})

test('paging keeps the filters and nothing else', () => {
  expect(pageAddress('?q=jazz&cursor=a&utm=1', 'b')).toBe('/?q=jazz&cursor=b')
  expect(pageAddress('?cursor=a', undefined)).toBe('/')
})
