import { expect, test } from 'bun:test'
import { applyEvent, event } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import { createHandlers } from './events.ts'
import { startTickets } from './testing/world.ts'

const listing = {
  title: 'Opera',
  venue: 'State Opera',
  city: 'Vienna',
  startsAt: '2035-06-01T19:30:00Z',
  priceCents: 8_900,
  currency: 'eur',
}

/** A replica whose deny list is old. */
const startWorld = async () => {
  const { app, tickets, suspensions } = await startTickets()
  const handlers = createHandlers({ tickets, suspensions })
  return {
    tickets,
    tell: (type: 'user.banned' | 'user.unbanned' | 'user.erased', id: string, version: number) =>
      applyEvent(handlers, type, event(type, { id, version, at: new Date().toISOString() })),
    list: (who: string, headers: Record<string, string> = {}) =>
      app.request('/api/tickets', {
        method: 'POST',
        headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(listing),
      }),
  }
}

test.each(['user.banned', 'user.erased'] as const)(
  'after %s nothing is listed by a replica that has not heard of it',
  async (type) => {
    const { tickets, tell, list } = await startWorld()
    const [seller, other] = [newId(), newId()]
    await tell(type, seller, 2)
    for (const headers of [{}, { 'idempotency-key': newId() }]) {
      const refused = await list(seller, headers)
      expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'account_banned' }])
    }
    expect((await list(other)).status).toBe(201)
    const { tickets: left } = await tickets.ofSeller(seller, 10)
    expect(left.map(({ status }) => status)).toEqual(left.map(() => 'withdrawn' as const))
    const { tickets: onSale } = await tickets.ofSeller(other, 10)
    expect(onSale.map(({ status }) => status)).toEqual(['available'])
  },
)

test('once the ban is lifted, listing works again', async () => {
  const { tell, list } = await startWorld()
  const seller = newId()
  await tell('user.banned', seller, 2)
  expect((await list(seller)).status).toBe(403)
  await tell('user.unbanned', seller, 3)
  expect((await list(seller)).status).toBe(201)
})

test('a listing that is stored while the ban sweeps is ended by one of the two', async () => {
  const { tickets, tell, list } = await startWorld()
  for (let nth = 0; nth < 20; nth++) {
    const seller = newId()
    await Promise.all([list(seller), tell('user.banned', seller, 2), list(seller)])
    const { tickets: left } = await tickets.ofSeller(seller, 10)
    expect(left.filter(({ status }) => status !== 'withdrawn')).toEqual([])
  }
})
