import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { until } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())
beforeEach(() => world.double.call('DELETE', '/faults'))

const count = <T>(all: T[], is: (one: T) => boolean) => all.filter(is).length

test('a card pays the order, and the seller is owed for it', async () => {
  const order = world.market.open()
  const { status, body } = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  expect(status).toBe(201)
  expect(body).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    orderId: order.id,
    status: 'succeeded',
    amountCents: 4_200,
    currency: 'eur',
  })
  expect(world.market.status(order.id)).toBe('completed')
  expect(await world.intentsOf(order.id)).toMatchObject([
    { status: 'succeeded', amount: 4_200, currency: 'eur', captureMethod: 'manual', captured: 4_200 },
  ])
  const earnings = await world.call('GET', '/api/payments/earnings', order.sellerId)
  expect(earnings.body).toEqual({ eur: { pendingCents: 4_200, availableCents: 0, paidOutCents: 0 } })
  expect((await world.call('GET', '/api/payments/earnings', newId())).body).toEqual({})
  await until('the event', () => world.eventsOf(order.id).includes('payment.captured'))
})

// Guarantee: one charge however often the buyer presses.
test('eight payments of one order at once: one charge', async () => {
  const order = world.market.open()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => world.payFor(order, { paymentMethod: 'pm_card_visa' })),
  )
  expect(count(answers, ({ status }) => status === 201)).toBe(1)
  expect(count(answers, ({ body }) => body.code === 'order_not_payable')).toBe(7)
  expect(await world.intentsOf(order.id)).toHaveLength(1)
})

// Guarantee: the same key gives the same answer and one charge.
test('the same idempotency key pays once and answers alike', async () => {
  const order = world.market.open()
  const key = { 'idempotency-key': newId() }
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => world.payFor(order, { paymentMethod: 'pm_card_visa' }, key)),
  )
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(await world.intentsOf(order.id)).toHaveLength(1)
})

// Guarantee: that holds, too, when the process was killed before it could keep its answer.
test('the same key pays once though the first answer was never stored', async () => {
  const order = world.market.open()
  const key = { 'idempotency-key': newId() }
  const first = await world.payFor(order, { paymentMethod: 'pm_card_visa' }, key)
  const never = { $unset: { answer: '' }, $set: { lockedUntil: new Date(0) } }
  await world.db.collection('idempotency').updateMany({}, never)
  const second = await world.payFor(order, { paymentMethod: 'pm_card_visa' }, key)
  expect([first.status, second.status]).toEqual([201, 201])
  expect(second.body).toEqual(first.body)
  expect(await world.intentsOf(order.id)).toHaveLength(1)
})

test('a declined card ends the order before the buyer reads why', async () => {
  const order = world.market.open()
  const { status, body } = await world.payFor(order, { paymentMethod: 'pm_card_chargeDeclinedInsufficientFunds' })
  expect(status).toBe(402)
  expect(body).toMatchObject({ code: 'card_declined', errors: [{ message: 'Your card has insufficient funds.' }] })
  expect(world.market.status(order.id)).toBe('cancelled')
  expect(await world.intentsOf(order.id)).toMatchObject([{ status: 'canceled', captured: 0 }])
  await until('the event', () => world.eventsOf(order.id).includes('payment.failed'))
})

test('a card that wants to be authenticated is declined on this way', async () => {
  const order = world.market.open()
  const { status, body } = await world.payFor(order, { paymentMethod: 'pm_card_authenticationRequired' })
  expect(status).toBe(402)
  expect(body.errors[0].message).toContain('use another card')
  expect(await world.intentsOf(order.id)).toMatchObject([{ status: 'canceled' }])
})

test('a payment method that nobody knows leaves the order open for another', async () => {
  const order = world.market.open()
  const refused = await world.payFor(order, { paymentMethod: 'pm_nobody_knows_it' })
  expect(refused.status).toBe(400)
  expect(refused.body).toMatchObject({ code: 'request_validation', errors: [{ field: 'paymentMethod' }] })
  expect(world.market.status(order.id)).toBe('created')
  expect((await world.payFor(order, { paymentMethod: 'pm_card_visa' })).status).toBe(201)
  expect((await world.paymentsOf(order.id)).map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 'cancelled'],
    [2, 'completed'],
  ])
})

test.each([
  ['an order of somebody else', () => world.market.open(), { as: newId() }, 404, 'not_found'],
  ['an order that has ended', () => world.market.open({ status: 'cancelled' }), {}, 409, 'order_not_payable'],
  [
    'an order whose time is over',
    () => world.market.open({ expiresAt: new Date(Date.now() - 1).toISOString() }),
    {},
    409,
    'order_not_payable',
  ],
])('%s cannot be paid', async (_what, open, { as }: { as?: string }, status, code) => {
  const order = open()
  const answer = await world.payFor({ ...order, buyerId: as ?? order.buyerId }, { paymentMethod: 'pm_card_visa' })
  expect(answer).toMatchObject({ status, body: { code } })
  expect(await world.intentsOf(order.id)).toHaveLength(0)
})

test.each([
  [{ paymentMethod: 'pm_card_visa', couponCode: 'X' }, 'couponCode'],
  [{ paymentMethod: { $ne: null } }, 'paymentMethod'],
  [{ paymentMethod: 'tok_visa' }, 'paymentMethod'],
  [{ orderId: 'x' }, 'orderId'],
  [{ amountCents: 1 }, 'amountCents'],
  [{ couponCode: { $ne: null } }, 'couponCode'],
])('%o is refused', async (body, field) => {
  const order = world.market.open()
  const answer = await world.payFor(order, body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'request_validation', errors: [{ field }] } })
})

test('an order that ends while the card is asked: nothing is taken', async () => {
  const order = world.market.open()
  await world.double.fault({ operation: 'confirm', kind: 'delay', delayMs: 300, metadata: { orderId: order.id } })
  const paying = world.payFor(order, { paymentMethod: 'pm_card_visa' })
  await until('the payment', async () => (await world.paymentsOf(order.id)).length === 1)
  world.market.expire(order.id)
  expect(await paying).toMatchObject({ status: 409, body: { code: 'order_not_payable' } })
  expect(await world.intentsOf(order.id)).toMatchObject([{ status: 'canceled', captured: 0 }])
})

// Guarantee: money that no order completes with goes back, even after the order had agreed.
test('money taken for an order that ended meanwhile goes back', async () => {
  const order = world.market.open()
  const { settle } = world.market.orders
  world.market.orders.settle = async (id, paymentId) => {
    const isGranted = await settle(id, paymentId)
    world.market.expire(id)
    return isGranted
  }
  const answer = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  world.market.orders.settle = settle
  expect(answer).toMatchObject({ status: 409, body: { code: 'order_not_payable' } })
  expect(answer.body.errors[0].message).toContain('given back')
  expect(await world.intentsOf(order.id)).toMatchObject([{ captured: 4_200, refunded: 4_200 }])
})

test('a capture that Stripe refuses for good ends the order', async () => {
  const order = world.market.open()
  await world.double.fault({ operation: 'capture', kind: 'decline', metadata: { orderId: order.id } })
  expect(await world.payFor(order, { paymentMethod: 'pm_card_visa' })).toMatchObject({ status: 402 })
  expect(world.market.status(order.id)).toBe('cancelled')
  expect(await world.intentsOf(order.id)).toMatchObject([{ status: 'canceled', captured: 0 }])
})

// Guarantee: an answer that is lost loses neither the money nor the ticket.
test.each(['create', 'confirm', 'capture'])(
  '%s that Stripe did but answered with 500 ends paid, once',
  async (operation) => {
    const order = world.market.open()
    await world.double.fault({ operation, kind: 'error_after', metadata: { orderId: order.id } })
    const answer = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
    expect([201, 503]).toContain(answer.status)
    await world.reconcileNow()
    expect(world.market.status(order.id)).toBe('completed')
    const intents = await world.intentsOf(order.id)
    expect(count(intents, ({ captured }) => captured === 4_200)).toBe(1)
    expect(count(intents, ({ status }) => status === 'requires_capture')).toBe(0)
  },
)

test('a capture that nobody can ask about waits for the reconciler', async () => {
  const order = world.market.open()
  const about = { metadata: { orderId: order.id } }
  await world.double.fault({ operation: 'capture', kind: 'drop_before', times: 2, ...about })
  await world.double.fault({ operation: 'retrieve', kind: 'drop_before', times: 2, ...about })
  const answer = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  expect(answer).toMatchObject({ status: 503, body: { code: 'service_unavailable' } })
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(world.market.status(order.id)).toBe('settling')
  await world.untilCompleted(order.id)
  expect(await world.intentsOf(order.id)).toMatchObject([{ status: 'succeeded', captured: 4_200 }])
})

test('the ledger sums to zero after all of this', async () => {
  expect(await world.ledger.sums()).toEqual({ eur: 0 })
})
