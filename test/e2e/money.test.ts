import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually, listTicket, type Marketplace, startMarketplace } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'

// Promise 2: captured money has a completed order, or a refund within 60 s.
// Promise 5: the ledger sums to zero in each currency, always.

let market: Marketplace

beforeAll(async () => {
  market = await startMarketplace({ HOLD_SECONDS: '30', PAYOUT_DELAY_SECONDS: '0' })
  // While the tests go on, their shows begin.
  const [, banned] = [shows.push(await soldForSoon()), await soldForSoon()]
  shows.push(banned)
  expectStatus(await (await market.asAdmin()).post(`/api/users/${banned.seller.id}/ban`), 204)
}, 180_000)

afterAll(() => market.stop(), 30_000)

/** Paid by then, and sold by somebody who can be paid: long enough for a slow machine to get through the checkout. */
const soonMs = 30_000

const soldForSoon = async () => {
  const { ticketId, seller } = await listTicket(market, { startsAt: new Date(Date.now() + soonMs).toISOString() })
  const account = expectStatus(await seller.post('/api/payments/account', {}), 201)
  await fetch(String(account.body.url), {
    method: 'POST',
    body: new URLSearchParams({ outcome: 'complete' }),
    redirect: 'manual',
  })
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  const { body } = expectStatus(await buyer.pay(order.id), 201)
  // What is not handed over by the start is refunded, and nobody is paid for it.
  await eventually(
    () => seller.post(`/api/orders/${order.id}/sent`),
    ({ status }) => status === 200,
  )
  return { seller, paymentId: body.id as string }
}
const shows: Awaited<ReturnType<typeof soldForSoon>>[] = []

const bought = async (currency = 'eur') => {
  const { ticketId, seller } = await listTicket(market, { currency })
  const buyer = await market.signedUp()
  const { body } = expectStatus(await buyer.buy(ticketId), 201)
  return { buyer, seller, ticketId, orderId: body.id }
}

const intentOf = async (orderId: string) => {
  const { intents } = await (await market.stripe()).state()
  return intents.find(({ metadata }) => metadata.orderId === orderId)
}

const statusOf = async ({ buyer, orderId }: Awaited<ReturnType<typeof bought>>) =>
  (await buyer.get(`/api/orders/${orderId}`)).body.status

test('a capture that lands after the order has ended is refunded, once', async () => {
  const sale = await bought()
  expectStatus(await sale.buyer.post('/api/payments', { orderId: sale.orderId }), 201)
  const stripe = await market.stripe()
  const waiting = await eventually(
    () => intentOf(sale.orderId),
    (intent) => intent !== undefined,
  )
  // Nothing of the browser's confirmation arrives: its webhook is lost, none tells of the capture, and the buyer gives up.
  const about = { operation: 'webhook', metadata: { orderId: sale.orderId } } as const
  await stripe.fault({ ...about, kind: 'lost', times: 10, eventType: 'payment_intent.amount_capturable_updated' })
  const secret = (await sale.buyer.post('/api/payments', { orderId: sale.orderId })).body.clientSecret
  await stripe.call('POST', `/payment_intents/${waiting?.id}/confirm`, {
    client_secret: secret,
    payment_method: 'pm_card_visa',
  })
  await stripe.call('POST', `/payment_intents/${waiting?.id}/capture`, {})
  await sale.buyer.delete(`/api/orders/${sale.orderId}`)
  const intent = await eventually(
    () => intentOf(sale.orderId),
    (seen) => seen !== undefined && (seen.refunded > 0 || seen.captured === 0),
    60_000,
  )
  const status = await statusOf(sale)
  expect({ captured: intent?.captured, refunded: intent?.refunded, status }).toEqual({
    captured: 8_900,
    refunded: 8_900,
    status: 'cancelled',
  })
}, 90_000)

const faults: Record<string, Record<string, unknown>> = {
  'Stripe fails before it authorises': { operation: 'confirm', kind: 'error_before', times: 2 },
  'Stripe fails after it has authorised': { operation: 'confirm', kind: 'error_after', times: 1 },
  'Stripe fails before it captures': { operation: 'capture', kind: 'error_before', times: 2 },
  'Stripe captures, but its answer is lost': { operation: 'capture', kind: 'drop_after', times: 2 },
  'Stripe captures, but answers 500': { operation: 'capture', kind: 'error_after', times: 1 },
}

for (const [name, fault] of Object.entries(faults))
  test(`${name}: the end is one charge and a completed order, or none and an order that ended`, async () => {
    const sale = await bought()
    await (await market.stripe()).fault({ ...fault, metadata: { orderId: sale.orderId } })
    await sale.buyer.pay(sale.orderId)
    const status = await eventually(
      () => statusOf(sale),
      (seen) => seen === 'completed' || seen === 'cancelled',
      60_000,
    )
    const intent = await eventually(
      () => intentOf(sale.orderId),
      (seen) => status !== 'cancelled' || seen === undefined || seen.captured === seen.refunded,
      60_000,
    )
    if (status === 'completed') expect(intent).toMatchObject({ captured: 8_900, refunded: 0 })
  }, 130_000)

// Guarantee: the reconciler finishes what nothing else does: the buyer has left, and Stripe sends no webhook.
test('a payment that was left between two steps ends without anybody asking again', async () => {
  const sale = await bought()
  const stripe = await market.stripe()
  for (const operation of ['capture', 'retrieve'])
    await stripe.fault({ operation, kind: 'drop_before', times: 2, metadata: { orderId: sale.orderId } })
  expect((await sale.buyer.pay(sale.orderId)).status).toBe(503)
  expect(await statusOf(sale)).toBe('settling')
  await eventually(
    () => statusOf(sale),
    (seen) => seen === 'completed',
    20_000,
  )
  expect(await intentOf(sale.orderId)).toMatchObject({ captured: 8_900, refunded: 0 })
}, 60_000)

test('a capture that is refused ends the order and frees the ticket', async () => {
  const sale = await bought()
  const fault = {
    operation: 'capture',
    kind: 'decline',
    declineCode: 'generic_decline',
    metadata: { orderId: sale.orderId },
  }
  await (await market.stripe()).fault(fault)
  expect((await sale.buyer.pay(sale.orderId)).body.code).toBe('card_declined')
  expect((await sale.buyer.get(`/api/orders/${sale.orderId}`)).body).toMatchObject({
    status: 'cancelled',
    cancelReason: 'payment_failed',
  })
  expectStatus(await (await market.signedUp()).buy(sale.ticketId), 201)
})

// Guarantee: order, ticket and ledger follow a refund, which is made once whatever the repetition.
test('an admin refunds a payment: the order is refunded, the ticket off sale', async () => {
  const sale = await bought()
  const { id } = expectStatus(await sale.buyer.pay(sale.orderId), 201).body
  const admin = await market.asAdmin()
  const refund = () => admin.post(`/api/payments/${id}/refund`, { reason: 'The show was called off' })
  expect((await sale.buyer.post(`/api/payments/${id}/refund`, { reason: 'I want it' })).status).toBe(403)
  await Promise.all([refund(), refund(), refund()])
  expectStatus(await refund(), 200)
  const status = await eventually(
    () => statusOf(sale),
    (seen) => seen === 'refunded',
  )
  expect(status).toBe('refunded')
  expect(await intentOf(sale.orderId)).toMatchObject({ captured: 8_900, refunded: 8_900, refunds: [{ amount: 8_900 }] })
  const ticket = await eventually(
    () => sale.buyer.get(`/api/tickets/${sale.ticketId}`),
    ({ body }) => body.status === 'withdrawn',
  )
  expect(ticket.body.status).toBe('withdrawn')
  expect((await (await market.signedUp()).buy(sale.ticketId)).status).toBe(409)
  expect((await sale.seller.get('/api/payments/earnings')).body).toMatchObject({ eur: { pendingCents: 0 } })
  const { entries } = (await admin.get(`/api/payments/entries?paymentId=${id}`)).body as unknown as {
    entries: { what: string }[]
  }
  expect(entries.map(({ what }) => what)).toEqual(['refunded', 'captured'])
})

/** Which call Stripe is in the middle of when payments is killed. */
const underWay = { confirm: 'authorises', capture: 'captures' }

for (const [operation, does] of Object.entries(underWay))
  test(`payments killed while Stripe ${does}: the end is the same`, async () => {
    const sale = await bought()
    const stripe = await market.stripe()
    const metadata = { orderId: sale.orderId }
    const fault = await stripe.fault({ operation, kind: 'delay', delayMs: 1_000, metadata })
    const paying = sale.buyer.pay(sale.orderId).catch(() => undefined)
    await eventually(
      () => stripe.isUsedUp(fault),
      (hasBegun) => hasBegun,
    )
    const payments = await market.kill((run) => run.services.payments.pid)
    await Promise.all([paying, payments.untilBack()])
    const status = await eventually(
      () => statusOf(sale),
      (seen) => seen === 'completed' || seen === 'cancelled',
      60_000,
    )
    // What Stripe has begun it ends, although nobody waits for the answer any more.
    const intent = await eventually(
      () => intentOf(sale.orderId),
      (seen) => seen?.captured === 8_900 || (operation === 'confirm' && status === 'cancelled'),
      60_000,
    )
    if (status === 'completed') return expect(intent).toMatchObject({ captured: 8_900, refunded: 0 })
    await eventually(
      () => intentOf(sale.orderId),
      (seen) => seen !== undefined && seen.refunded === seen.captured,
      60_000,
    )
  }, 150_000)

test('payments killed once Stripe has captured: the order is completed', async () => {
  const sale = await bought()
  const paying = sale.buyer.pay(sale.orderId).catch(() => undefined)
  await eventually(
    () => intentOf(sale.orderId),
    (seen) => seen?.captured === 8_900,
  )
  const payments = await market.kill((run) => run.services.payments.pid)
  await Promise.all([paying, payments.untilBack()])
  await eventually(
    () => statusOf(sale),
    (seen) => seen === 'completed',
    60_000,
  )
  expect(await intentOf(sale.orderId)).toMatchObject({ captured: 8_900, refunded: 0 })
}, 120_000)

// Guarantee: a seller is paid once the show has begun, by a transfer of the sale's own charge; one who is banned is not.
test('sellers are paid out once their show has begun, unless they are banned', async () => {
  const [paid, banned] = shows
  if (!paid || !banned) throw new Error('nothing was sold')
  const admin = await market.asAdmin()
  const earnings = await eventually(
    async () => (await paid.seller.get('/api/payments/earnings')).body,
    (seen) => JSON.stringify(seen).includes('"paidOutCents":8900'),
    soonMs + 30_000,
  )
  expect<unknown>(earnings).toEqual({ eur: { pendingCents: 0, availableCents: 0, paidOutCents: 8_900 } })
  const { transfers } = await (await market.stripe()).state()
  const sentFor = ({ paymentId }: (typeof shows)[number]) =>
    transfers.filter(({ metadata }) => metadata.paymentId === paymentId)
  expect(sentFor(paid)).toMatchObject([{ amount: 8_900, amountReversed: 0, currency: 'eur' }])
  const withheld = await eventually(
    async () => {
      const { body } = await admin.get(`/api/payments/payouts?sellerId=${banned.seller.id}`)
      return (body.payouts as { waitsFor: string | null }[])[0]
    },
    (seen) => seen?.waitsFor === 'review',
    soonMs,
  )
  expect(withheld).toMatchObject({ status: 'waiting', amountCents: 8_900, transferId: null })
  expect(sentFor(banned)).toEqual([])
}, 120_000)

test('the ledger sums to zero in each currency and agrees with Stripe', async () => {
  for (const currency of ['usd', 'jpy']) {
    const sale = await bought(currency)
    expectStatus(await sale.buyer.pay(sale.orderId), 201)
  }
  const { sums } = await (await market.stripe()).state()
  const { db, close } = await market.database('payments')
  const totals = async (match: Record<string, unknown>) => {
    const rows = await db
      .collection('ledger')
      .aggregate([
        { $unwind: '$lines' },
        { $match: match },
        { $group: { _id: '$currency', sum: { $sum: '$lines.amount' } } },
      ])
      .toArray()
    return Object.fromEntries(rows.map(({ _id, sum }) => [_id, sum]))
  }
  try {
    const net = Object.fromEntries(Object.entries(sums).map(([currency, { net }]) => [currency, net]))
    const stripe = await eventually(
      () => totals({ 'lines.account': 'stripe' }),
      (seen) => JSON.stringify(Object.entries(seen).sort()) === JSON.stringify(Object.entries(net).sort()),
      30_000,
    )
    expect(stripe).toEqual(net)
    for (const sum of Object.values(await totals({}))) expect(sum).toBe(0)
    expect(Object.keys(net).sort()).toEqual(['eur', 'jpy', 'usd'])
  } finally {
    await close()
  }
})
