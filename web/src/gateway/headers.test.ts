import { expect, test } from 'bun:test'
import { requestHeaders, responseHeaders } from './headers.ts'
import { traceOf } from './trace.ts'

const origin = { publicOrigin: 'https://fair.example', daprApiToken: 'sidecar-token', trustedProxies: 0 }
const sent = (headers: Record<string, string>, trustedProxies = 0) =>
  requestHeaders(new Headers(headers), '10.0.0.9', traceOf(headers.traceparent ?? null), { ...origin, trustedProxies })

test('a visitor can neither choose another app nor forge the caller', () => {
  const headers = sent({ 'dapr-app-id': 'orders', 'Dapr-Caller-App-Id': 'payments', 'dapr-api-token': 'guessed' })
  expect([...headers.keys()].filter((name) => name.startsWith('dapr-'))).toEqual(['dapr-api-token'])
  expect(headers.get('dapr-api-token')).toBe('sidecar-token')
})

test('what concerns one connection only ends here', () => {
  const headers = sent({ connection: 'close, x-secret', 'x-secret': '1', te: 'trailers', upgrade: 'h2c', host: 'evil' })
  for (const name of ['connection', 'x-secret', 'te', 'upgrade', 'host']) expect(headers.has(name)).toBe(false)
})

test('the visitor’s address is the peer’s, and a proxy’s word counts only when it is trusted', () => {
  expect(sent({ 'x-forwarded-for': '1.2.3.4' }).get('x-forwarded-for')).toBe('10.0.0.9')
  expect(sent({ 'x-forwarded-for': '6.6.6.6, 1.2.3.4' }, 1).get('x-forwarded-for')).toBe('1.2.3.4, 10.0.0.9')
  expect(sent({ 'x-forwarded-host': 'evil' }).get('x-forwarded-host')).toBe('fair.example')
  expect(sent({}).get('x-forwarded-proto')).toBe('https')
})

test('a trace goes on when it is well-formed and starts anew when it is not', () => {
  const good = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  expect(sent({ traceparent: good, tracestate: 'a=b' }).get('traceparent')).toBe(good)
  expect(sent({ traceparent: good, tracestate: 'a=b' }).get('tracestate')).toBe('a=b')
  for (const bad of ['nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`]) {
    expect(sent({ traceparent: bad, tracestate: 'a=b' }).get('traceparent')).toMatch(
      /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/,
    )
    expect(sent({ traceparent: bad, tracestate: 'a=b' }).has('tracestate')).toBe(false)
  }
})

test('cookies, keys and bearer tokens pass', () => {
  const kept = { cookie: 'access=a', authorization: 'Bearer b', 'idempotency-key': 'k', 'stripe-signature': 't=1' }
  expect(Object.fromEntries(sent(kept))).toMatchObject(kept)
})

test('an answer keeps its cookies apart and loses what Dapr says of itself', () => {
  const headers = new Headers({ 'dapr-callee-app-id': 'auth', 'retry-after': '7', 'keep-alive': '5' })
  headers.append('set-cookie', 'a=1')
  headers.append('set-cookie', 'b=2')
  const kept = responseHeaders(headers)
  expect(kept.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect([...kept.keys()].sort()).toEqual(['retry-after', 'set-cookie', 'set-cookie'])
})

test('what is no ASCII reaches no sidecar, which would refuse the whole request', () => {
  const headers = sent({
    cookie: 'access=a; name=J\u00f6rg\u00ff',
    'user-agent': 'B\u00e4r/1',
    'idempotency-key': '\u00e4',
    accept: 'a\tb',
  })
  expect(headers.get('cookie')).toBe('access=a; name=J%F6rg%FF')
  expect(headers.get('user-agent')).toBe('B%E4r/1')
  expect(headers.get('idempotency-key')).toBe('%E4')
  expect(headers.get('accept')).toBe('a\tb')
})
