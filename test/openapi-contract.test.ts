import { expect, test } from 'bun:test'
import { createContract } from './openapi-contract.ts'

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const thing = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: false }
const { check, seen } = createContract({
  paths: {
    '/api/things/{id}': {
      get: { responses: { 200: json({ $ref: '#/components/schemas/Thing' }) } },
      delete: { responses: { 204: {} } },
    },
    '/api/things/mine': { get: { responses: { 200: json({ type: 'array' }) } } },
  },
  components: { schemas: { Thing: thing } },
})

const answered = { method: 'GET', path: '/api/things/1?x=y', status: 200, contentType: 'application/json', body: {} }

// Guarantee: no answer of any end-to-end test is another one than the API's description says.
test.each([
  ['a field that is not described', { body: { id: '1', secret: 1 } }, 'is another form'],
  ['a field that is missing', { body: {} }, 'is another form'],
  ['another status', { status: 418, body: { id: '1' } }, 'does not answer 418'],
  ['another media type', { contentType: 'text/html', body: '' }, 'does not answer text/html'],
  ['a body where there should be none', { method: 'DELETE', status: 204 }, 'answers more than nothing'],
  ['a route that is not described', { path: '/api/others' }, 'is not described'],
])('%s is a complaint', (_, change, complaint) => {
  expect(() => check({ ...answered, ...change })).toThrow(complaint)
})

test('what is described passes, literal addresses before those with parameters', () => {
  check({ ...answered, body: { id: '1' } })
  check({ ...answered, path: '/api/things/mine', body: [] })
  check({ method: 'DELETE', path: '/api/things/1', status: 204, contentType: null, body: undefined })
  check({ ...answered, path: '/api/others', status: 404 })
  expect(seen).toContain('GET /api/things/mine 200')
})
