import { expect, test } from 'bun:test'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb'
import * as v from 'valibot'
import { createDapr } from '../dapr/dapr.ts'
import { ServiceUnavailableError, TooManyRequestsError } from '../errors.ts'
import { createLog } from '../telemetry/log.ts'
import { inSpan } from '../telemetry/trace.ts'
import { parse } from './body.ts'
import { showError } from './problem.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

/** What a client reads when a route throws. */
const told = async (thrown: unknown) => {
  const app = new Hono()
    .use((_, next) => inSpan('told', { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }, next))
    .get('/', () => {
      throw thrown
    })
    .onError(showError(createLog('test', 'silent')))
  const answer = await app.request('/')
  return { headers: answer.headers, body: await answer.json() }
}

const sameSelection = new MongoServerSelectionError('connect ECONNREFUSED 10.1.2.3:27017', {} as never)
const notPrimary = new MongoServerError({ message: 'not primary', code: 10107, errorLabels: ['RetryableWriteError'] })
const refused = await createDapr({ httpPort: 1 })
  .getState('any', v.string())
  .catch((error: unknown) => error)
const invalid = (() => {
  try {
    return parse(v.object({ event: v.object({ startsAt: v.string('must be a text') }) }), { event: { startsAt: 7 } })
  } catch (error) {
    return error
  }
})()

// Guarantee: whichever library fails, the answer has the contract's form, and nothing about the cause.
test.each<[string, unknown, number, string, object]>([
  ['no server of MongoDB', sameSelection, 503, 'database_unavailable', { message: 'Failed to connect to database' }],
  ['a lost connection', new MongoNetworkError('10.1.2.3'), 503, 'database_unavailable', {}],
  ['no primary', notPrimary, 503, 'database_unavailable', {}],
  ['a write that nobody foresaw', new MongoServerError({ message: 'secret', code: 1 }), 500, 'internal', {}],
  ['no sidecar', refused, 503, 'service_unavailable', {}],
  ['valibot', invalid, 400, 'request_validation', { message: 'must be a text', field: 'event.startsAt' }],
  ['Hono', new HTTPException(400, { message: 'secret' }), 400, 'request_validation', {}],
  ['Hono, at our side', new HTTPException(502, { message: 'secret' }), 500, 'internal', {}],
  ['anything else', new TypeError('secret is undefined'), 500, 'internal', {}],
])('%s is told in the words of the contract', async (_, thrown, status, code, first) => {
  const { headers, body } = await told(thrown)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(body).toMatchObject({ type: 'about:blank', status, code, traceId, errors: [first] })
  expect(body.title).not.toBeEmpty()
  expect(JSON.stringify(body)).not.toMatch(/secret|10\.1\.2\.3|ECONN|\.ts/)
})

test('an error that says when to come back says it in Retry-After', async () => {
  expect((await told(new TooManyRequestsError(42))).headers.get('retry-after')).toBe('42')
  expect((await told(new ServiceUnavailableError())).headers.get('retry-after')).toBe('1')
})
