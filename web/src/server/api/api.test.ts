import { expect, test } from 'bun:test'
import { createApi } from './api.ts'

// Guarantee: behind a proxy of ours the forms of all visitors are not taken for one visitor's.
test('what a page asks for carries the address that its visitor came with', async () => {
  const seen: (string | null)[] = []
  const gateway = async (request: Request, peer: string | undefined) => {
    seen.push(request.headers.get('x-forwarded-for'), peer ?? null)
    return Response.json({})
  }
  const options = {
    gateway,
    publicOrigin: 'https://fair.example',
    cookie: '',
    traceparent: '',
    userAgent: null,
    language: 'en',
  }
  await createApi({ ...options, peer: '10.0.0.9', forwardedFor: '203.0.113.7' })('GET', '/api/tickets')
  await createApi({ ...options, peer: '203.0.113.8', forwardedFor: null })('GET', '/api/tickets')
  expect(seen).toEqual(['203.0.113.7', '10.0.0.9', null, '203.0.113.8'])
})
