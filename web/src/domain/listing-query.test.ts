import { expect, test } from 'bun:test'
import { apiQuery, pageAddress, tidyAddress } from './listing-query.ts'

test('the form’s amounts become the API’s, and empty fields go', () => {
  expect(tidyAddress('?q=jazz&city=&min=10&max=25.50&sort=')).toBe('/?q=jazz&minPrice=1000&maxPrice=2550')
  expect(tidyAddress('?q=&min=')).toBe('/')
  expect(tidyAddress('?q=jazz&minPrice=1000')).toBeUndefined()
  expect(tidyAddress(tidyAddress('?min=abc&q=x')?.slice(1) ?? '')).toBeUndefined()
})

test('days become whole days of UTC; what makes no sense is not asked for', () => {
  expect(apiQuery('?from=2027-03-01&to=2027-03-02&sort=cheapest')).toBe(
    `?${new URLSearchParams({ from: '2027-03-01T00:00:00.000Z', to: '2027-03-02T23:59:59.999Z', sort: 'cheapest' })}`,
  )
  expect(apiQuery('?from=soon&minPrice=1e9&sort=random&status=sold&limit=9999')).toBe('')
})

test('paging keeps the filters and nothing else', () => {
  expect(pageAddress('?q=jazz&cursor=a&utm=1', 'b')).toBe('/?q=jazz&cursor=b')
  expect(pageAddress('?cursor=a', undefined)).toBe('/')
})
