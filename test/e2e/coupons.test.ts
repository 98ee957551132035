import { afterAll, beforeAll, expect, test } from 'bun:test'
import { listTicket, type Marketplace, startMarketplace } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'

let market: Marketplace
let admin: Visitor

beforeAll(async () => {
  // Twenty buyers have to sign up and press BUY before the first order runs out, on a busy machine, too.
  market = await startMarketplace({ HOLD_SECONDS: '300' })
  admin = await market.asAdmin()
}, 180_000)

afterAll(() => market.stop(), 30_000)

const makeCoupon = async (wish: Record<string, unknown> = {}) => {
  const { body } = expectStatus(await admin.post('/api/coupons', wish), 201)
  const [coupon] = body.coupons as { code: string }[]
  return coupon?.code ?? ''
}

const redemptionsOf = async (code: string) => {
  const { body } = expectStatus(await admin.get('/api/coupons?limit=100'), 200)
  return (body.coupons as { code: string; redemptions: number }[]).find((coupon) => coupon.code === code)?.redemptions
}

const inCheckout = async () => {
  const { ticketId, seller } = await listTicket(market)
  const buyer = await market.signedUp()
  return { buyer, seller, orderId: expectStatus(await buyer.buy(ticketId), 201).body.id }
}

// Guarantee: a coupon for one order pays one, however many try it at the same moment.
test('20 redemptions of a single-use coupon at once: one free order, 19 refusals, those orders still open', async () => {
  const couponCode = await makeCoupon({ maxRedemptions: 1 })
  const sales: Awaited<ReturnType<typeof inCheckout>>[] = []
  while (sales.length < 20) sales.push(...(await Promise.all(Array.from({ length: 5 }, inCheckout))))
  const answers = await Promise.all(
    sales.map(({ buyer, orderId }) => buyer.post('/api/payments', { orderId, couponCode })),
  )
  const told = answers.map(({ status, body }) => `${status} ${body.code ?? body.status}`).toSorted()
  expect(told).toEqual(['201 succeeded', ...Array(19).fill('409 coupon_not_redeemable')])
  for (const [index, { buyer, orderId }] of sales.entries()) {
    const isPaid = answers[index]?.status === 201
    if (isPaid) expect(answers[index]?.body).toMatchObject({ orderId, amountCents: 0 })
    expect((await buyer.get(`/api/orders/${orderId}`)).body.status).toBe(isPaid ? 'completed' : 'created')
  }
  expect(await redemptionsOf(couponCode)).toBe(1)
  const winner = sales[answers.findIndex(({ status }) => status === 201)]
  const loser = sales[answers.findIndex(({ status }) => status === 409)]
  if (!winner || !loser) throw new Error('nobody there')
  expect((await winner.seller.get('/api/payments/earnings')).body.eur).toMatchObject({ pendingCents: 8_900 })
  expectStatus(await loser.buyer.pay(loser.orderId), 201)
}, 180_000)

test('spent, withdrawn, expired and unknown codes are told alike, and the order stays open', async () => {
  const withdrawn = await makeCoupon()
  expectStatus(await admin.delete(`/api/coupons/${withdrawn}`), 204)
  const expired = await makeCoupon({ expiresAt: new Date(Date.now() + 1_000).toISOString() })
  await Bun.sleep(1_100)
  const { buyer, orderId } = await inCheckout()
  const refusals = []
  for (const couponCode of [withdrawn, expired, '0000-0000-0000-0000', 'nonsense'])
    refusals.push(expectStatus(await buyer.post('/api/payments', { orderId, couponCode }), 409).body)
  for (const { code, errors } of refusals)
    expect({ code, errors }).toEqual({ code: 'coupon_not_redeemable', errors: refusals[0]?.errors ?? [] })
  expect((await buyer.get(`/api/orders/${orderId}`)).body.status).toBe('created')
})

test('a reader of the database can use no coupon', async () => {
  const code = await makeCoupon()
  const { db, close } = await market.database('payments')
  try {
    const kept = JSON.stringify(await db.collection('coupons').find().toArray())
    expect(kept).not.toContain(code)
    expect(kept).not.toContain(code.replaceAll('-', ''))
  } finally {
    await close()
  }
})
