import { beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { eventually, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import type { Answer } from '../visitor.ts'

let market: Marketplace
beforeAll(async () => {
  market = await sharedMarketplace()
})

type Line = { traceId?: string; path?: string; status?: number; level?: string }

/** What an app has said within a trace, once it has said something. */
const linesOf = (app: string, traceId: unknown) =>
  eventually(
    async () =>
      readFileSync(`${market.dataDir}/logs/${app}.log`, 'utf8')
        .split('\n')
        .filter((line) => line.includes(`"traceId":"${traceId}"`))
        .map((line): Line => JSON.parse(line)),
    (lines) => lines.length > 0,
    5_000,
  )

const refusals: Record<string, [app: string, path: string, ask: () => Promise<Answer>]> = {
  'a wrong password': ['auth', '/api/users/signin', () => signIn('wrong horse')],
  'a bad email': ['auth', '/api/users/signup', () => market.visitor().post('/api/users/signup', { email: 'x' })],
  'no such ticket': ['tickets', '/api/tickets/1', () => market.visitor().get('/api/tickets/1')],
  'nobody signed in, at orders': ['orders', '/api/orders', () => market.visitor().get('/api/orders')],
  'nobody signed in, at payments': ['payments', '/api/coupons', () => market.visitor().get('/api/coupons')],
}

const signIn = (password: string) =>
  market.visitor().post('/api/users/signin', { email: 'nobody@fairpass.example', password })

// Guarantee: with the trace id that an error shows, whoever runs this finds what was logged about it.
for (const [name, [app, path, ask]] of Object.entries(refusals))
  test(`${name}: the traceId of the answer is that of the log lines of ${app} and of the web app`, async () => {
    const { status, body } = await ask()
    const [line] = (await linesOf(app, body.traceId)).filter((line) => line.path !== undefined)
    expect(line).toMatchObject({ path, status })
    expect((await linesOf('web', body.traceId)).length).toBeGreaterThan(0)
  })

test('what the gateway refuses itself is found as well', async () => {
  const { status, body } = await market.visitor().get('/api/nothing')
  expect(await linesOf('web', body.traceId)).toContainEqual(expect.objectContaining({ status }))
})

test('a trace that the caller began goes on', async () => {
  const traceId = crypto.randomUUID().replaceAll('-', '')
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }
  const { body } = await market.visitor().get('/api/orders', { headers })
  expect(body.traceId).toBe(traceId)
  expect((await linesOf('orders', traceId)).length).toBeGreaterThan(0)
})
