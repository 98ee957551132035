import { beforeAll, expect, test } from 'bun:test'
import type { Dapr } from '@fairpass/sdk/dapr'
import { newId } from '@fairpass/sdk/mongo'
import { testSidecar } from '@fairpass/servers/testing'
import { startTickets } from './testing/world.ts'

let dapr: Dapr
beforeAll(async () => {
  dapr = await testSidecar('tickets-limits')
})

const startWorld = async (limits: Record<string, string>) => {
  // Budgets are kept under the name, and every run begins with whole ones.
  const { app } = await startTickets({ name: `tickets ${newId()}`, dapr, limits })
  return (address: string, path = '/api/tickets?q=opera') =>
    app.request(path, { headers: { 'dapr-caller-app-id': 'web', 'x-forwarded-for': address } })
}

test('searching without end ends in 429 for that address alone', async () => {
  const ask = await startWorld({ LIMIT_SEARCH_ADDRESS: '5/600' })
  const statuses: number[] = []
  for (let nth = 0; nth < 8; nth++) statuses.push((await ask('192.0.2.1')).status)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
  const refused = await ask('192.0.2.1')
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
  expect((await ask('192.0.2.2')).status).toBe(200)
  // A listing that one has the address of is no search.
  expect((await ask('192.0.2.1', `/api/tickets/${newId()}`)).status).toBe(404)
})

test('there is no limit where none is wanted', async () => {
  const ask = await startWorld({ LIMIT_SEARCH_ADDRESS: 'off' })
  for (let nth = 0; nth < 8; nth++) expect((await ask('192.0.2.1')).status).toBe(200)
})
