import { expect, test } from 'bun:test'
import { safeNext, signInPath } from './next.ts'

// Guarantee: signing in never leads to another site.
test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  'javascript:alert(1)',
  '/api/users/signout',
  '/x/../api/orders',
  `/${'a'.repeat(2001)}`,
  '',
  null,
])('%p leads home', (next) => {
  expect(safeNext(next)).toBe('/')
})

test('a page of our own is led back to, with its query', () => {
  expect(safeNext('/tickets/1?x=a%2Fb')).toBe('/tickets/1?x=a%2Fb')
  expect(safeNext('/@evil.example')).toBe('/@evil.example')
  expect(signInPath('/orders?cursor=a&b=c')).toBe('/signin?next=%2Forders%3Fcursor%3Da%26b%3Dc')
})
