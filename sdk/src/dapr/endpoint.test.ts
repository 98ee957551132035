import { expect, test } from 'bun:test'
import { commonConfig, readConfig } from '../config.ts'
import { createDapr } from './dapr.ts'
import { daprEndpointOf } from './endpoint.ts'

const endpointIn = (env: Record<string, string>) =>
  daprEndpointOf(
    readConfig(
      { DAPR_HTTP_PORT: commonConfig.DAPR_HTTP_PORT, DAPR_HTTP_ENDPOINT: commonConfig.DAPR_HTTP_ENDPOINT },
      env,
    ),
  )

test.each([
  [{}, 'http://127.0.0.1:3500'],
  [{ DAPR_HTTP_PORT: '3501' }, 'http://127.0.0.1:3501'],
  [{ DAPR_HTTP_PORT: '3501', DAPR_HTTP_ENDPOINT: '' }, 'http://127.0.0.1:3501'],
  [{ DAPR_HTTP_PORT: '3501', DAPR_HTTP_ENDPOINT: 'https://dapr.tickets.example/' }, 'https://dapr.tickets.example'],
  [{ DAPR_HTTP_ENDPOINT: 'http://[::1]:3500' }, 'http://[::1]:3500'],
  [{ DAPR_HTTP_ENDPOINT: 'HTTPS://Dapr.Example:443/region/one/' }, 'https://dapr.example/region/one'],
])('%p is at %p', (env, endpoint) => {
  expect(endpointIn(env)).toBe(endpoint)
})

test.each(['dapr.tickets.example', 'ftp://dapr.example', 'https://dapr.example/?a=b', 'x'])(
  '%p is refused',
  (given) => {
    expect(() => endpointIn({ DAPR_HTTP_ENDPOINT: given })).toThrow('DAPR_HTTP_ENDPOINT')
  },
)

test('a service asks the sidecar at that address, and shows its token', async () => {
  const asked: (string | null)[] = []
  const sidecar = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url, headers }) => {
      asked.push(new URL(url).pathname, headers.get('dapr-api-token'))
      return new Response(null, { status: 204 })
    },
  })
  const dapr = createDapr({ endpoint: `http://127.0.0.1:${sidecar.port}/region`, apiToken: 'the token' })
  expect(await dapr.isHealthy()).toBe(true)
  expect(asked).toEqual(['/region/v1.0/healthz/outbound', 'the token'])
  await sidecar.stop(true)
})
