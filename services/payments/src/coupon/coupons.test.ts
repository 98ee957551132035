import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { until } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const admin = `${newId()}:admin`
const make = async (wish: object = {}) => (await world.call('POST', '/api/coupons', admin, wish)).body.coupons
const redemptionsOf = async (code: string): Promise<number | undefined> => {
  const { body } = await world.call('GET', '/api/coupons?limit=100', admin)
  return body.coupons.find((coupon: { code: string }) => coupon.code === code)?.redemptions
}

test('an admin makes coupons, lists and withdraws them; nobody else does', async () => {
  const expiresAt = new Date(Date.now() + 60_000).toISOString()
  const answer = await world.call('POST', '/api/coupons', admin, { quantity: 3, maxRedemptions: 2, expiresAt })
  expect(answer.status).toBe(201)
  const { coupons } = answer.body
  expect(coupons).toHaveLength(3)
  expect(coupons[0]).toEqual({ code: expect.stringMatching(/^[0-9A-Z-]{19}$/), maxRedemptions: 2, expiresAt })
  expect(await make()).toMatchObject([{ maxRedemptions: 1, expiresAt: null }])

  expect(await redemptionsOf(coupons[0].code)).toBe(0)
  expect((await world.call('DELETE', `/api/coupons/${coupons[0].code.toLowerCase()}`, admin)).status).toBe(204)
  expect((await world.call('DELETE', `/api/coupons/${coupons[0].code}`, admin)).status).toBe(204)
  expect((await world.call('DELETE', '/api/coupons/NONE', admin)).status).toBe(404)
  const refused = await world.payFor(world.market.open(), { couponCode: coupons[0].code })
  expect(refused.body.code).toBe('coupon_not_redeemable')

  for (const [method, path] of [
    ['POST', '/api/coupons'],
    ['GET', '/api/coupons'],
    ['DELETE', `/api/coupons/${coupons[1].code}`],
  ] as const)
    expect((await world.call(method, path, newId(), method === 'POST' ? {} : undefined)).status).toBe(403)
})

test('the same idempotency key makes coupons once', async () => {
  const key = { 'idempotency-key': newId() }
  const wish = { quantity: 2 }
  const [first, second] = await Promise.all([
    world.call('POST', '/api/coupons', admin, wish, key),
    world.call('POST', '/api/coupons', admin, wish, key),
  ])
  expect(second.body).toEqual(first.body)
})

test.each([
  [{ quantity: 0 }, 'quantity'],
  [{ quantity: 1_001 }, 'quantity'],
  [{ maxRedemptions: 1.5 }, 'maxRedemptions'],
  [{ maxRedemptions: { $gt: 0 } }, 'maxRedemptions'],
  [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
  [{ expiresAt: 'soon' }, 'expiresAt'],
  [{ code: 'MINE' }, 'code'],
])('%o makes no coupon', async (wish, field) => {
  const answer = await world.call('POST', '/api/coupons', admin, wish)
  expect(answer).toMatchObject({ status: 400, body: { code: 'request_validation', errors: [{ field }] } })
})

test('a coupon pays the order, and the platform owes the seller', async () => {
  const [{ code }] = await make()
  const order = world.market.open({ totalCents: 3_000, currency: 'usd' })
  const { status, body } = await world.payFor(order, { couponCode: code.toLowerCase().replaceAll('-', '') })
  expect(status).toBe(201)
  expect(body).toMatchObject({ orderId: order.id, status: 'succeeded', amountCents: 0, currency: 'usd' })
  expect(world.market.status(order.id)).toBe('completed')
  expect(await redemptionsOf(code)).toBe(1)
  const earnings = await world.call('GET', '/api/payments/earnings', order.sellerId)
  expect(earnings.body).toEqual({ usd: { pendingCents: 3_000, availableCents: 0, paidOutCents: 0 } })
  expect(await world.intentsOf(order.id)).toHaveLength(0)
})

test('a code that cannot be redeemed leaves the order open', async () => {
  const [{ code }] = await make()
  await world.payFor(world.market.open(), { couponCode: code })
  const order = world.market.open()
  for (const bad of [code, 'nonsense', '0000-0000-0000-0000']) {
    const answer = await world.payFor(order, { couponCode: bad })
    expect(answer).toMatchObject({ status: 409, body: { code: 'coupon_not_redeemable' } })
  }
  expect(world.market.status(order.id)).toBe('created')
  expect((await world.payFor(order, { paymentMethod: 'pm_card_visa' })).status).toBe(201)
})

// Guarantee: a coupon for three pays three, however many try at once.
test('ten buyers at once with a coupon for three: three get it', async () => {
  const [{ code }] = await make({ maxRedemptions: 3 })
  const orders = Array.from({ length: 10 }, () => world.market.open())
  const answers = await Promise.all(orders.map((order) => world.payFor(order, { couponCode: code })))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
  expect(answers.filter(({ body }) => body.code === 'coupon_not_redeemable')).toHaveLength(7)
  expect(await redemptionsOf(code)).toBe(3)
})

test('eight redemptions for one order at once use one', async () => {
  const [{ code }] = await make({ maxRedemptions: 8 })
  const order = world.market.open()
  const answers = await Promise.all(Array.from({ length: 8 }, () => world.payFor(order, { couponCode: code })))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ body }) => body.code === 'order_not_payable')).toHaveLength(7)
  expect(await redemptionsOf(code)).toBe(1)
})

test('a coupon is given back when the order does not agree', async () => {
  const [{ code }] = await make()
  const order = world.market.open()
  const { settle } = world.market.orders
  world.market.orders.settle = async (id, paymentId) => {
    world.market.expire(id)
    return settle(id, paymentId)
  }
  const answer = await world.payFor(order, { couponCode: code })
  world.market.orders.settle = settle
  expect(answer).toMatchObject({ status: 409, body: { code: 'order_not_payable' } })
  await until('it to be given back', async () => (await redemptionsOf(code)) === 0)
  expect((await world.payFor(world.market.open(), { couponCode: code })).status).toBe(201)
})

test('no code is in the database, and an id withdraws a coupon as well as its code', async () => {
  const [{ code }] = await make()
  const kept = JSON.stringify(await world.db.collection('coupons').find().toArray())
  expect(kept).not.toContain(code.replaceAll('-', ''))
  expect(kept).not.toContain(code)
  const { body } = await world.call('GET', '/api/coupons?limit=100', admin)
  const { id } = body.coupons.find((coupon: { code: string }) => coupon.code === code)
  expect((await world.call('DELETE', `/api/coupons/${id}`, admin)).status).toBe(204)
  expect((await world.call('DELETE', `/api/coupons/${newId()}`, admin)).status).toBe(404)
  expect((await world.payFor(world.market.open(), { couponCode: code })).body.code).toBe('coupon_not_redeemable')
})
