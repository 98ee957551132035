import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { pathToShow, routeName } from './route-name.ts'

const id = '0123456789abcdef01234567'

test('every page has a name', () => {
  const pages = readdirSync(new URL('../routes', import.meta.url))
    .map((file) => file.replace(/\.tsx?$/, ''))
    .filter((page) => page !== 'index' && !page.startsWith('['))
  expect(pages.length).toBeGreaterThan(5)
  expect(pages.map((page) => routeName(`/${page}`))).toEqual(pages.map((page) => `/${page}`))
  expect(routeName('/')).toBe('/')
})

// Guarantee: whoever asks for what, names stay few; each would be kept for ever by whoever counts by them.
test('ids, and what does not exist, make no names', () => {
  expect(routeName(`/tickets/${id}`)).toBe('/tickets/*')
  expect(routeName(`/api/orders/${id}/receipt`)).toBe('/api/orders')
  for (const path of ['/guess', `/${id}`, '/_build/assets/app-1a2b.js', '/wp-admin/setup.php', '//'])
    expect(routeName(path)).toBe('/*')
  for (const path of ['/api', '/api/guess', `/api/${id}`, '/api/tickets/..%2Fx']) expect(routeName(path)).toBe('/api/*')
})

test('a coupon’s code is not shown', () => {
  for (const path of ['/api/coupons/ABCD-EFGH', '/api/coupons/%41BCD']) expect(pathToShow(path)).toBe('/api/coupons/*')
  expect(pathToShow('/api/coupons')).toBe('/api/coupons')
  expect(pathToShow(`/api/tickets/${id}`)).toBe(`/api/tickets/${id}`)
})
