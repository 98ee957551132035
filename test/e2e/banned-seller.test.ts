import { beforeAll, expect, test } from 'bun:test'
import { eventually, listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'

let market: Marketplace
let admin: Visitor

beforeAll(async () => {
  market = await sharedMarketplace()
  admin = await market.asAdmin()
})

const listing = {
  title: 'T',
  venue: 'V',
  city: 'C',
  startsAt: '2035-01-01T00:00:00Z',
  priceCents: 500,
  currency: 'eur',
}

const statusOf = async (ticketId: string) => (await market.visitor().get(`/api/tickets/${ticketId}`)).body.status

test('what a banned seller offers is withdrawn, and nobody can press BUY on it any more', async () => {
  const { seller, ticketId } = await listTicket(market)
  const others = await Promise.all(Array.from({ length: 5 }, () => seller.post('/api/tickets', listing)))
  expectStatus(await admin.post(`/api/users/${seller.id}/ban`), 204)
  for (const id of [ticketId, ...others.map(({ body }) => body.id)]) {
    expect(
      await eventually(
        () => statusOf(id),
        (status) => status === 'withdrawn',
      ),
    ).toBe('withdrawn')
    const answer = await (await market.signedUp()).buy(id)
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 409, code: 'ticket_withdrawn' })
  }
  expectStatus(await admin.post(`/api/users/${seller.id}/unban`), 204)
  expect(await statusOf(ticketId)).toBe('withdrawn')
})

test('a buyer in checkout is told, may still cancel, and the ticket is withdrawn then', async () => {
  const { seller, ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  await eventually(
    () => statusOf(ticketId),
    (status) => status === 'reserved',
  )
  expect(order.sellerSuspended).toBeUndefined()
  expectStatus(await admin.post(`/api/users/${seller.id}/ban`), 204)
  const told = await eventually(
    () => buyer.get(`/api/orders/${order.id}`),
    ({ body }) => body.sellerSuspended === true,
    2_000,
  )
  expect(told.body.status).toBe('created')
  const page = await buyer.get(`/orders/${order.id}`)
  expect(page.body.text).toContain('has been suspended since you pressed Buy')
  expectStatus(await buyer.delete(`/api/orders/${order.id}`), 204)
  await eventually(
    () => statusOf(ticketId),
    (status) => status === 'withdrawn',
  )
  expect((await (await market.signedUp()).buy(ticketId)).body.code).toBe('ticket_withdrawn')
})

test('a buyer in checkout may also pay: the ticket is theirs', async () => {
  const { seller, ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  expectStatus(await admin.post(`/api/users/${seller.id}/ban`), 204)
  expectStatus(await buyer.pay(order.id), 201)
  await eventually(
    () => statusOf(ticketId),
    (status) => status === 'sold',
  )
  expect((await buyer.get(`/api/orders/${order.id}`)).body.status).toBe('completed')
})

test('a ban that is undone tells nobody anything', async () => {
  const { seller, ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  const seen = async () => (await buyer.get(`/api/orders/${order.id}`)).body.sellerSuspended
  expectStatus(await admin.post(`/api/users/${seller.id}/ban`), 204)
  await eventually(seen, (isSuspended) => isSuspended === true)
  expectStatus(await admin.post(`/api/users/${seller.id}/unban`), 204)
  expect(await eventually(seen, (isSuspended) => isSuspended === undefined)).toBeUndefined()
})
