import { expect, test } from 'bun:test'
import { isApiPath, routeOf } from './route.ts'

test('each public path reaches the service that owns it', () => {
  expect(routeOf('/api/users/signin')).toEqual({ app: 'auth', path: 'api/users/signin' })
  expect(routeOf('/api/users/.well-known/jwks.json')).toEqual({ app: 'auth', path: 'api/users/.well-known/jwks.json' })
  expect(routeOf('/api/tickets')).toEqual({ app: 'tickets', path: 'api/tickets' })
  expect(routeOf('/api/tickets/')).toEqual({ app: 'tickets', path: 'api/tickets' })
  expect(routeOf('/api/orders/65f')?.app).toBe('orders')
  expect(routeOf('/api/payments/webhooks/stripe')?.app).toBe('payments')
  expect(routeOf('/api/coupons/A-1')?.app).toBe('payments')
})

// Guarantee: no spelling of a path reaches what only services and sidecars may call.
test.each([
  '/internal/orders/1/settle',
  '/dapr/subscribe',
  '/api',
  '/api/',
  '/api/internal/orders',
  '/api/__proto__/x',
  '/api/constructor',
  '//api/tickets',
  '/api//tickets',
  '/api/tickets//x',
  '/api/tickets/a%2F..%2Finternal',
  '/api/tickets/%2e%2e%2finternal',
  '/api/tickets/..%5cinternal',
  '/api/tickets/%252e%252e',
  '/api/tickets/..',
  '/api/tickets/./x',
  '/api/tickets/a%00b',
  '/api/tickets/a%20b',
])('%s reaches nobody', (path) => {
  expect(routeOf(path)).toBeUndefined()
})

test('everything below /api is the gateway’s, and nothing beside it', () => {
  expect(['/api', '/api/', '/api/x'].every(isApiPath)).toBe(true)
  expect(['/', '/apis', '/tickets/api'].some(isApiPath)).toBe(false)
})
