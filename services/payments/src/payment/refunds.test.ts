import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { until } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ feeBasisPoints: 250 })
})
afterAll(() => world.stop())
beforeEach(() => world.double.call('DELETE', '/faults'))

const admin = `${newId()}:admin`
const because = { reason: 'The show was called off' }

const paid = async (how: object = { paymentMethod: 'pm_card_visa' }, more = {}) => {
  const order = world.market.open(more)
  const { status, body } = await world.payFor(order, how)
  expect(status).toBe(201)
  return { order, id: body.id as string }
}
const refundPayment = (id: string, as = admin, body: unknown = because) =>
  world.call('POST', `/api/payments/${id}/refund`, as, body)
const realRefunds = async (orderId: string) =>
  (await world.intentsOf(orderId)).flatMap(({ refunds }) => refunds).filter(({ released }) => !released)

// Guarantee: one refund whatever the repetition.
test('an admin gives the money back, once, however often it is asked', async () => {
  const { order, id } = await paid()
  const answers = await Promise.all(Array.from({ length: 6 }, () => refundPayment(id)))
  for (const { status } of answers) expect([200, 409, 503]).toContain(status)
  const again = await refundPayment(id, `${newId()}:admin`, { reason: 'Another reason, too late' })
  expect(again).toMatchObject({ status: 200, body: { id, status: 'refunded', refund: because } })
  expect(again.body.refund).not.toHaveProperty('cause')
  expect(await world.intentsOf(order.id)).toMatchObject([{ captured: 4_200, refunded: 4_200 }])
  expect(await realRefunds(order.id)).toHaveLength(1)
  await until('the event', () => world.eventsOf(order.id).includes('payment.refunded'))
  expect(world.eventsOf(order.id).filter((type) => type === 'payment.refunded')).toHaveLength(1)
  const entries = await world.ledger.ofPayment(id)
  expect(entries.map(({ what }) => what)).toEqual(['captured', 'fee', 'refunded'])
  const earnings = await world.call('GET', '/api/payments/earnings', order.sellerId)
  expect(earnings.body).toEqual({ eur: { pendingCents: 0, availableCents: 0, paidOutCents: 0 } })
})

test('a seller is owed the price less the fee', async () => {
  const { order } = await paid(undefined, { totalCents: 4_200, currency: 'kwd' })
  const earnings = await world.call('GET', '/api/payments/earnings', order.sellerId)
  expect(earnings.body).toEqual({ kwd: { pendingCents: 4_090, availableCents: 0, paidOutCents: 0 } })
})

test.each(['error_before', 'error_after', 'drop_after'])('a refund that ends in %s is made once', async (kind) => {
  const { order, id } = await paid()
  await world.double.fault({ operation: 'refund', kind, times: 2, metadata: { orderId: order.id } })
  await refundPayment(id)
  await until('the refund', async () => {
    await world.reconcileNow()
    return (await world.payments.find(id))?.status === 'refunded'
  })
  expect(await realRefunds(order.id)).toHaveLength(1)
})

test('a coupon is given back with the sale that it paid', async () => {
  const [coupon] = await world.coupons.make({ batchId: newId(), quantity: 1, maxRedemptions: 1 })
  const { order, id } = await paid({ couponCode: coupon?.code })
  expect((await refundPayment(id)).body).toMatchObject({ status: 'refunded', amountCents: 0 })
  expect(await world.intentsOf(order.id)).toHaveLength(0)
  expect((await world.payFor(world.market.open(), { couponCode: coupon?.code })).status).toBe(201)
})

test('a listing that turns out void: whoever paid for it gets the money back', async () => {
  const ticketId = newId()
  const { id } = await paid(undefined, { ticketId })
  const answer = await world.call('POST', '/api/payments/refunds', admin, { ticketId, ...because })
  expect(answer).toMatchObject({ status: 200, body: { payments: [{ id, status: 'refunded' }] } })
  expect((await world.call('POST', '/api/payments/refunds', admin, { ticketId, ...because })).body).toEqual({
    payments: [],
  })
})

test('nothing is given back of what was never taken', async () => {
  const order = world.market.open()
  await world.payFor(order, { paymentMethod: 'pm_card_chargeDeclined' })
  const [failed] = await world.db.collection('payments').find({ orderId: order.id }).toArray()
  expect(await refundPayment(`${failed?._id}`)).toMatchObject({ status: 409, body: { code: 'payment_not_refundable' } })
})

test.each([
  ['nobody', () => newId(), '', because, 401, 'not_authenticated'],
  ['somebody who is no admin', () => newId(), newId(), because, 403, 'forbidden'],
  ['an admin who names no payment', () => newId(), admin, because, 404, 'not_found'],
  ['an admin who names nonsense', () => 'x', admin, because, 400, 'request_validation'],
  ['an admin without a reason', () => newId(), admin, { reason: '  ' }, 400, 'request_validation'],
  ['an admin who wants a part', () => newId(), admin, { ...because, amountCents: 1 }, 400, 'request_validation'],
])('%s is refused', async (_who, id, as, body, status, code) => {
  const path = `/api/payments/${id()}/refund`
  const headers = { 'content-type': 'application/json', ...(as ? { authorization: `Bearer ${as}` } : {}) }
  const answer = await world.app.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ code })
})

test('an admin reads accounts and entries page by page, and they agree', async () => {
  const pages = async (path: string, what: string) => {
    const rows: Record<string, unknown>[] = []
    let cursor: string | null = null
    for (let page = 0; page < 50; page++) {
      const answer = await world.call('GET', `${path}?limit=3${cursor ? `&cursor=${cursor}` : ''}`, admin)
      expect(answer.status).toBe(200)
      rows.push(...answer.body[what])
      cursor = answer.body.nextCursor
      if (!cursor) return rows
    }
    throw new Error('the pages do not end')
  }
  const entries = await pages('/api/payments/entries', 'entries')
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
  expect(entries).toHaveLength(await world.db.collection('ledger').countDocuments())
  const balances = new Map<string, number>()
  for (const { currency, lines } of entries as { currency: string; lines: { account: string; amount: number }[] }[])
    for (const { account, amount } of lines)
      balances.set(`${account} ${currency}`, (balances.get(`${account} ${currency}`) ?? 0) + amount)
  const accounts = await pages('/api/payments/accounts', 'accounts')
  expect(accounts).toHaveLength(balances.size)
  for (const { account, currency, balanceCents } of accounts)
    expect(balanceCents).toBe(balances.get(`${account} ${currency}`))
  expect((await world.call('GET', '/api/payments/accounts', newId())).status).toBe(403)
  expect((await world.call('GET', '/api/payments/entries?cursor=nonsense', admin)).status).toBe(400)
})

test('the export has every line of every entry, and sums to zero', async () => {
  const answer = await world.app.request('/api/payments/entries.csv', { headers: { authorization: `Bearer ${admin}` } })
  expect(answer.headers.get('content-type')).toContain('text/csv')
  const [header, ...lines] = (await answer.text()).trimEnd().split('\r\n')
  expect(header).toBe('at,entry,what,payment,order,account,currency,amount')
  const stored = await world.db.collection('ledger').find().toArray()
  expect(lines).toHaveLength(stored.flatMap(({ lines: kept }) => kept).length)
  expect(lines.reduce((sum, line) => sum + Number(line.split(',').at(-1)), 0)).toBe(0)
  const one = await world.app.request(`/api/payments/entries.csv?paymentId=${stored[0]?.paymentId}`, {
    headers: { authorization: `Bearer ${admin}` },
  })
  expect((await one.text()).trimEnd().split('\r\n').length).toBeLessThan(lines.length)
  expect((await world.app.request('/api/payments/entries.csv')).status).toBe(401)
})

test('payments are found by their order', async () => {
  const { order, id } = await paid()
  const found = await world.call('GET', `/api/payments?orderId=${order.id}`, admin)
  expect(found.body).toMatchObject({ payments: [{ id, status: 'completed', feeCents: 105 }], nextCursor: null })
  expect((await world.call('GET', '/api/payments', newId())).status).toBe(403)
})
