import { beforeAll, expect, test } from 'bun:test'
import { eventually, listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'

const sentence = 'The ticket is being checking out by someone else, please come back later'

let market: Marketplace

beforeAll(async () => {
  market = await sharedMarketplace()
}, 180_000)

test('a ticket changes hands', async () => {
  const { seller, ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  expect(order).toMatchObject({
    status: 'created',
    totalCents: 8_900,
    currency: 'eur',
    ticket: { id: ticketId, city: 'Vienna' },
  })
  const payment = expectStatus(await buyer.pay(order.id), 201).body
  expect(payment).toMatchObject({ orderId: order.id, status: 'succeeded', amountCents: 8_900, currency: 'eur' })
  expect((await buyer.get(`/api/orders/${order.id}`)).body).toMatchObject({ status: 'completed' })
  await eventually(
    () => buyer.get(`/api/tickets/${ticketId}`),
    ({ body }) => body.status === 'sold',
  )
  const { body: earnings } = await eventually(
    () => seller.get('/api/payments/earnings'),
    ({ body }) => body.eur !== undefined,
  )
  expect(earnings.eur).toMatchObject({ pendingCents: 8_900 })
  expect((await (await market.signedUp()).buy(ticketId)).body.code).toBe('ticket_sold')
  expect((await seller.put(`/api/tickets/${ticketId}`, { title: 'Something else' })).body.code).toBe('ticket_sold')
})

// Promise 1: at most one active order for a ticket, however buyers interleave.
test('a hundred buyers press BUY at once: one order, 99 times the sentence', async () => {
  const { ticketId } = await listTicket(market)
  const buyers = await market.signedUpMany(100)
  const answers = await Promise.all(buyers.map((buyer) => buyer.buy(ticketId)))
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(statuses.filter((status) => status === 409)).toHaveLength(99)
  for (const { status, body, headers } of answers) {
    if (status !== 409) continue
    expect(body).toMatchObject({ code: 'ticket_being_checked_out', errors: [{ message: sentence }] })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
}, 120_000)

test('BUY again by the same buyer answers 200 and the order that is open', async () => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const first = expectStatus(await buyer.buy(ticketId), 201)
  const second = expectStatus(await buyer.buy(ticketId), 200)
  expect(second.body.id).toBe(first.body.id)
})

// Promise 7: one charge, whatever is pressed how often.
test('eight payments of one order at once: one charge', async () => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  const answers = await Promise.all(Array.from({ length: 8 }, () => buyer.pay(order.id)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  for (const { status, body } of answers) if (status !== 201) expect(body.code).toBe('order_not_payable')
  expect(await chargesOf(order.id)).toBe(1)
})

// Promise 7: the same idempotency key gives the same answer and one charge.
test('the same idempotency key gives the same answer and one charge', async () => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  const key = { 'idempotency-key': crypto.randomUUID() }
  const answers = await Promise.all(Array.from({ length: 8 }, () => buyer.pay(order.id, 'pm_card_visa', key)))
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201))
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(await chargesOf(order.id)).toBe(1)
  expect((await buyer.pay(order.id, 'pm_card_mastercard', key)).body.code).toBe('idempotency_key_reused')
})

test('a declined card cancels the order and frees the ticket', async () => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  expect((await buyer.pay(order.id, 'pm_card_chargeDeclined')).body).toMatchObject({
    status: 402,
    code: 'card_declined',
  })
  expect((await buyer.get(`/api/orders/${order.id}`)).body).toMatchObject({
    status: 'cancelled',
    cancelReason: 'payment_failed',
  })
  expectStatus(await (await market.signedUp()).buy(ticketId), 201)
})

test('a cancelled order frees the ticket at once', async () => {
  const { ticketId } = await listTicket(market)
  const [first, second] = [await market.signedUp(), await market.signedUp()]
  const order = expectStatus(await first.buy(ticketId), 201).body
  expect((await second.buy(ticketId)).body.errors[0]?.message).toBe(sentence)
  expectStatus(await first.delete(`/api/orders/${order.id}`), 204)
  expectStatus(await second.buy(ticketId), 201)
})

test('a coupon pays for a ticket, once', async () => {
  const admin = await market.asAdmin()
  const { body } = expectStatus(await admin.post('/api/coupons', { maxRedemptions: 1 }), 201)
  const [{ code: couponCode }] = body.coupons as [{ code: string }]
  const { seller, ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  const paid = expectStatus(await buyer.post('/api/payments', { orderId: order.id, couponCode }), 201)
  expect(paid.body).toMatchObject({ status: 'succeeded', amountCents: 0 })
  expect((await buyer.get(`/api/orders/${order.id}`)).body.status).toBe('completed')
  expect((await seller.get('/api/payments/earnings')).body.eur).toMatchObject({ pendingCents: 8_900 })
  const second = await listTicket(market)
  const other = expectStatus(await buyer.buy(second.ticketId), 201).body
  const refused = await buyer.post('/api/payments', { orderId: other.id, couponCode })
  expect(refused.body.code).toBe('coupon_not_redeemable')
  expect((await buyer.get(`/api/orders/${other.id}`)).body.status).toBe('created')
  expect((await buyer.post('/api/coupons', {})).body.code).toBe('forbidden')
})

test('a seller cannot change a ticket that somebody is checking out, and can again afterwards', async () => {
  const { seller, ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  expect((await seller.put(`/api/tickets/${ticketId}`, { priceCents: 9_900 })).body.code).toBe('ticket_reserved')
  expect((await seller.delete(`/api/tickets/${ticketId}`)).body.code).toBe('ticket_reserved')
  expectStatus(await buyer.delete(`/api/orders/${order.id}`), 204)
  const changed = await eventually(
    () => seller.put(`/api/tickets/${ticketId}`, { priceCents: 9_900 }),
    ({ status }) => status === 200,
  )
  expect(changed.body.priceCents).toBe(9_900)
  expect(expectStatus(await buyer.buy(ticketId), 201).body.totalCents).toBe(9_900)
})

test('nobody reads or ends the order of somebody else, or buys their own ticket', async () => {
  const { seller, ticketId } = await listTicket(market)
  expect((await seller.buy(ticketId)).body.code).toBe('own_ticket')
  const order = expectStatus(await (await market.signedUp()).buy(ticketId), 201).body
  const stranger = await market.signedUp()
  for (const answer of [
    await stranger.get(`/api/orders/${order.id}`),
    await stranger.delete(`/api/orders/${order.id}`),
    await stranger.pay(order.id),
  ])
    expect(answer.body).toMatchObject({ status: 404, code: 'not_found' })
})

/** Charges captured for an order, as Stripe knows them. */
const chargesOf = async (orderId: string) => {
  const { intents } = await (await market.stripe()).state()
  return intents.filter(({ metadata }) => metadata.orderId === orderId).reduce((sum, { captures }) => sum + captures, 0)
}
