import { afterAll, beforeAll, expect, mock, test } from 'bun:test'
import type { OrderToPay } from '@fairpass/sdk/dapr'
import { applyEvent } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import { startWorld, type World } from '../testing/world.ts'

const hour = 3_600_000
const from = (ms: number) => new Date(Date.now() + ms).toISOString()

let world: World
beforeAll(async () => {
  world = await startWorld({ feeBasisPoints: 1_000, payoutDelaySeconds: 3_600 })
})
afterAll(() => world.stop())

/** Sold, and the event began two hours ago unless said otherwise. */
const sold = async (sellerId = newId(), more: Partial<OrderToPay> = {}) => {
  const order = world.market.open({ sellerId, startsAt: from(-2 * hour), ...more })
  const { status, body } = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  expect(status).toBe(201)
  return { ...order, paymentId: body.id as string }
}

const earningsOf = async (sellerId: string) => (await world.call('GET', '/api/payments/earnings', sellerId)).body
const salesOf = async (sellerId: string) =>
  (await world.call('GET', '/api/payments/earnings/sales', sellerId)).body.sales
const transfersOf = async (paymentId: string) =>
  (await world.double.state()).transfers.filter(({ metadata }) => metadata.paymentId === paymentId)
const refund = (paymentId: string) =>
  world.call('POST', `/api/payments/${paymentId}/refund`, `${newId()}:admin`, { reason: 'The show was called off' })

test('what was looked at long before its event is left alone until then', async () => {
  const { paymentId } = await sold(newId(), { startsAt: from(1_000 * hour) })
  await world.payOutNow()
  const found = await world.payouts.due(new Date(), 20)
  expect(found.filter(({ id }) => id === paymentId)).toEqual([])
})

// Guarantee: a seller is owed exactly what was sold less the fee, and is sent it once, after the event has begun.
test('a sale goes from pending to available to paid out', async () => {
  const sellerId = newId()
  const early = await sold(sellerId, { startsAt: from(hour) })
  const due = await sold(sellerId)
  expect(await earningsOf(sellerId)).toEqual({ eur: { pendingCents: 3_780, availableCents: 3_780, paidOutCents: 0 } })

  await world.payOutNow()
  expect(await salesOf(sellerId)).toMatchObject([
    { paymentId: due.paymentId, amountCents: 3_780, feeCents: 420, status: 'available', waitsFor: 'account' },
    { paymentId: early.paymentId, status: 'pending', waitsFor: 'event' },
  ])
  expect(await transfersOf(due.paymentId)).toEqual([])

  const accountId = await world.readySeller(sellerId)
  await world.payOutNow()
  await world.payOutNow()
  expect(await earningsOf(sellerId)).toEqual({ eur: { pendingCents: 3_780, availableCents: 0, paidOutCents: 3_780 } })
  const [intent] = await world.intentsOf(due.id)
  expect(await transfersOf(due.paymentId)).toMatchObject([
    {
      amount: 3_780,
      amountReversed: 0,
      currency: 'eur',
      destination: accountId,
      sourceTransaction: intent?.charges[0]?.id,
    },
  ])
  expect(await transfersOf(early.paymentId)).toEqual([])
  expect((await salesOf(sellerId))[0]).toMatchObject({ status: 'paid_out', waitsFor: null, paidAt: expect.any(String) })
  const entries = await world.ledger.ofPayment(due.paymentId)
  expect(entries.at(-1)).toMatchObject({
    what: 'payout',
    lines: [
      { account: `seller:${sellerId}`, amount: 3_780 },
      { account: 'stripe', amount: -3_780 },
    ],
  })
})

// Guarantee: the hold counts from the moment the event begins, whatever the clock says where it takes place.
test('the hold is counted in instants, not in local hours', async () => {
  const sellerId = newId()
  // 19:30 in Kiritimati (UTC+14) and 19:30 in Honolulu (UTC-10) are a day apart.
  const east = await sold(sellerId, { startsAt: '2035-06-01T19:30:00+14:00' })
  const west = await sold(sellerId, { startsAt: '2035-06-01T19:30:00-10:00' })
  const payable = (await salesOf(sellerId)).map(({ payableAt }: { payableAt: string }) => payableAt)
  expect(payable).toEqual(['2035-06-02T06:30:00.000Z', '2035-06-01T06:30:00.000Z'])
  expect([east.currency, west.currency]).toEqual(['eur', 'eur'])
})

// Guarantee: currencies without decimals and with three add up to the smallest unit, and go as Stripe can move them.
test.each([
  ['jpy', 4_205, 421, 3_784],
  ['kwd', 12_340, 1_230, 11_110],
  ['isk', 150_000, 15_000, 135_000],
])('%s: price, fee and payout', async (currency, totalCents, feeCents, amountCents) => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  const { paymentId } = await sold(sellerId, { currency, totalCents })
  await world.payOutNow()
  expect(await salesOf(sellerId)).toMatchObject([{ totalCents, feeCents, amountCents, currency, status: 'paid_out' }])
  expect(await transfersOf(paymentId)).toMatchObject([{ amount: amountCents, currency }])
  expect(await earningsOf(sellerId)).toEqual({
    [currency]: { pendingCents: 0, availableCents: 0, paidOutCents: amountCents },
  })
  expect(await world.ledger.sums()).toMatchObject({ [currency]: 0 })
})

// Guarantee: nobody who is banned is paid out, and everybody else is: also who was banned once.
test('a banned seller is not paid out until the ban is undone', async () => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  const { paymentId } = await sold(sellerId)
  world.banned.add(sellerId)
  await world.payOutNow()
  expect(await transfersOf(paymentId)).toEqual([])
  expect(await salesOf(sellerId)).toMatchObject([{ status: 'available', waitsFor: 'review' }])

  world.banned.delete(sellerId)
  const data = { id: sellerId, version: 3, at: new Date().toISOString() }
  await applyEvent(world.handlers, 'user.unbanned', { id: newId(), type: 'user.unbanned', time: data.at, data })
  await world.payOutDue()
  expect(await transfersOf(paymentId)).toHaveLength(1)
})

test('what is refunded before it was sent is never sent', async () => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  const { paymentId } = await sold(sellerId)
  expect((await refund(paymentId)).status).toBe(200)
  await world.payOutNow()
  expect(await transfersOf(paymentId)).toEqual([])
  expect(await salesOf(sellerId)).toMatchObject([{ status: 'cancelled', waitsFor: null }])
  expect(await earningsOf(sellerId)).toEqual({ eur: { pendingCents: 0, availableCents: 0, paidOutCents: 0 } })
})

// Guarantee: what the buyer gets back, the seller gives back, once, and is never sent again.
test('what is refunded after it was sent comes back', async () => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  const { paymentId } = await sold(sellerId)
  await world.payOutNow()
  expect((await refund(paymentId)).status).toBe(200)
  expect(await earningsOf(sellerId)).toEqual({ eur: { pendingCents: -3_780, availableCents: 0, paidOutCents: 3_780 } })
  expect(await salesOf(sellerId)).toMatchObject([{ status: 'taken_back' }])

  await world.payOutNow()
  await world.payOutNow()
  expect(await transfersOf(paymentId)).toMatchObject([{ amount: 3_780, amountReversed: 3_780 }])
  expect(await earningsOf(sellerId)).toEqual({ eur: { pendingCents: 0, availableCents: 0, paidOutCents: 0 } })
  expect(await world.ledger.balances(`seller:${sellerId}`)).toEqual({ eur: 0 })
  const entries = await world.ledger.ofPayment(paymentId)
  expect(entries.map(({ what }) => what).slice(-3)).toEqual(['payout', 'refunded', 'payout_reversed'])
})

// Guarantee: a seller who has spent it owes it: the buyer is not kept waiting, the ledger knows, and it is asked for again.
test('money that cannot be taken back yet stays owed', async () => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  const { paymentId } = await sold(sellerId)
  await world.payOutNow()
  await world.double.fault({ operation: 'reversal', kind: 'refuse', metadata: { paymentId } })
  expect((await refund(paymentId)).status).toBe(200)
  await world.payOutNow()
  expect(await world.ledger.balances(`seller:${sellerId}`)).toEqual({ eur: 3_780 })
  const admin = `${newId()}:admin`
  const asked = await world.call('GET', `/api/payments/payouts?status=reversing&sellerId=${sellerId}`, admin)
  expect(asked.body.payouts).toMatchObject([{ id: paymentId, failure: 'Insufficient funds are available for this.' }])
  const retried = await world.call('POST', `/api/payments/payouts/${paymentId}/retry`, admin)
  expect(retried.body).toMatchObject({ status: 'dropped', failure: null })
  expect(await world.ledger.balances(`seller:${sellerId}`)).toEqual({ eur: 0 })
})

test('what Stripe refuses to send is shown, and sent once it can be', async () => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  const { paymentId } = await sold(sellerId)
  await world.double.fault({ operation: 'transfer', kind: 'refuse', metadata: { paymentId } })
  await world.payOutNow()
  expect(await salesOf(sellerId)).toMatchObject([{ status: 'available', waitsFor: 'balance' }])
  await world.payOutNow()
  expect(await salesOf(sellerId)).toMatchObject([{ status: 'paid_out' }])
  expect(await transfersOf(paymentId)).toHaveLength(1)
})

// Guarantee: the platform pays for coupons, sellers included.
test('a sale by coupon is paid out from the balance of the platform', async () => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  await sold(newId())
  const order = world.market.open({ sellerId, startsAt: from(-2 * hour) })
  const [coupon] = await world.coupons.make({ batchId: newId(), quantity: 1, maxRedemptions: 1 })
  const { body } = await world.payFor(order, { couponCode: coupon?.code })
  await world.payOutNow()
  expect(await transfersOf(body.id)).toMatchObject([{ amount: 3_780, sourceTransaction: null }])
  expect(await salesOf(sellerId)).toMatchObject([{ status: 'paid_out' }])
})

// Guarantee: replicas that look at the same moment send it once.
test('replicas that pay out the same sale at once pay it once', async () => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  const { paymentId } = await sold(sellerId)
  const replicas = Array.from({ length: 4 }, () => world.payoutReplica())
  await Promise.allSettled(replicas.map((payOut) => payOut(paymentId)))
  await world.advancePayout(paymentId)
  expect(await transfersOf(paymentId)).toHaveLength(1)
  const entries = await world.ledger.ofPayment(paymentId)
  expect(entries.filter(({ what }) => what === 'payout')).toHaveLength(1)
})

// Guarantee: a failure that Stripe repeats may stand for a transfer that was made, so it is looked for before another is.
test('a replica that asked too early, and is told of a failure again, does not send it twice', async () => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  // Of a charge, Stripe itself would not send more than once; of the platform's balance it would.
  for (let nth = 0; nth < 3; nth += 1) await sold(newId())
  const order = world.market.open({ sellerId, startsAt: from(-2 * hour) })
  const [coupon] = await world.coupons.make({ batchId: newId(), quantity: 1, maxRedemptions: 1 })
  const { id: paymentId } = (await world.payFor(order, { couponCode: coupon?.code })).body
  await world.double.fault({ operation: 'transfer', kind: 'error_after', metadata: { paymentId } })
  const beforeTheOther = mock(world.connect.sent).mockResolvedValueOnce(undefined)
  const late = world.payoutReplica({ connect: { ...world.connect, sent: beforeTheOther } })
  await expect(world.payoutReplica()(paymentId)).rejects.toThrow('still under way')
  await late(paymentId).catch(() => {})
  await late(paymentId).catch(() => {})
  expect(await transfersOf(paymentId)).toHaveLength(1)
  expect(await salesOf(sellerId)).toMatchObject([{ status: 'paid_out' }])
})

// Guarantee: Stripe forgets its keys after a day; what was made under one is found by the payment and the round.
test.each([
  ['of this round', 0, 3_780, 'paid_out'],
  ['of a later round, which a restored backup does not know', 1, 3_780, 'paid_out'],
  ['of a later round and another amount', 1, 3_000, 'available'],
])('a transfer %s whose key Stripe has forgotten is not made again', async (_, later, amount, status) => {
  const sellerId = newId()
  const destination = await world.readySeller(sellerId)
  for (let nth = 0; nth < 3; nth += 1) await sold(newId())
  const { paymentId } = await sold(sellerId)
  const round = `${((await world.payouts.find(paymentId))?.transferAttempt ?? 0) + later}`
  const metadata = { paymentId, round }
  await world.client.transfers.create(
    { amount, currency: 'eur', destination, transfer_group: paymentId, metadata },
    { idempotencyKey: newId() },
  )
  await world.payOutNow()
  expect(await transfersOf(paymentId)).toMatchObject([{ amount, amountReversed: amount === 3_780 ? 0 : amount }])
  expect(await salesOf(sellerId)).toMatchObject([{ status }])

  // What came back is sent anew, under a key of its own.
  await world.payOutNow()
  const sent = (await transfersOf(paymentId)).reduce((sum, one) => sum + one.amount - one.amountReversed, 0)
  expect(sent).toBe(3_780)
  expect(await world.ledger.balances(`seller:${sellerId}`)).toEqual({ eur: 0 })
})

test('a seller opens one account, and comes back ready', async () => {
  const sellerId = newId()
  const account = () => world.call('GET', '/api/payments/account', sellerId)
  expect((await account()).body).toEqual({ status: 'none', due: [] })
  const asked = await Promise.all(
    Array.from({ length: 4 }, () => world.call('POST', '/api/payments/account', sellerId, { country: 'DE' })),
  )
  expect(asked.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  expect(await world.db.collection('sellers').countDocuments({ _id: sellerId as never })).toBe(1)
  expect((await account()).body).toMatchObject({
    status: 'onboarding',
    due: expect.arrayContaining(['external_account']),
  })
  const [{ body } = { body: { url: '' } }] = asked
  await fetch(body.url, { method: 'POST', body: new URLSearchParams({ outcome: 'complete' }), redirect: 'manual' })
  expect((await account()).body).toEqual({ status: 'ready', due: [] })
})

test('accounts are asked for in words that are understood, and by who is signed in', async () => {
  const ask = (body: unknown) => world.call('POST', '/api/payments/account', newId(), body)
  expect((await ask({ country: 'Germany' })).status).toBe(400)
  expect((await ask({ country: 'DE', email: 'a@b.example' })).status).toBe(400)
  for (const path of ['account', 'earnings', 'earnings/sales'])
    expect((await world.app.request(`/api/payments/${path}`)).status).toBe(401)
  for (const path of ['payouts', 'disputes'])
    expect((await world.call('GET', `/api/payments/${path}`, newId())).status).toBe(403)
  expect((await world.call('POST', `/api/payments/payouts/${newId()}/retry`, newId())).status).toBe(403)
  expect((await world.call('POST', `/api/payments/payouts/${newId()}/retry`, `${newId()}:admin`)).status).toBe(404)
})

test('sales and payouts page by page, each once', async () => {
  const sellerId = newId()
  for (let nth = 0; nth < 3; nth += 1) await sold(sellerId)
  const seen: string[] = []
  let cursor: string | null = ''
  do {
    const query: string = cursor ? `&cursor=${cursor}` : ''
    const { body } = await world.call('GET', `/api/payments/earnings/sales?limit=2${query}`, sellerId)
    seen.push(...body.sales.map(({ paymentId }: { paymentId: string }) => paymentId))
    cursor = body.nextCursor
  } while (cursor)
  expect(new Set(seen).size).toBe(3)
  const all = await world.call('GET', `/api/payments/payouts?sellerId=${sellerId}&status=waiting`, `${newId()}:admin`)
  expect(all.body.payouts).toHaveLength(3)
  expect((await world.call('GET', '/api/payments/payouts?status=lost', `${newId()}:admin`)).status).toBe(400)
})

test('auth learns whether a seller is owed anything, and nobody else does', async () => {
  const order = world.market.open({ startsAt: new Date(Date.now() + 86_400_000).toISOString() })
  const ask = async (id: string, caller = 'auth') => {
    const answer = await world.app.request(`/internal/sellers/${id}/owed`, {
      headers: { 'dapr-caller-app-id': caller },
    })
    return [answer.status, answer.status === 200 ? await answer.json() : undefined]
  }
  expect(await ask(order.sellerId)).toEqual([200, { isOwed: false }])
  await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  expect(await ask(order.sellerId)).toEqual([200, { isOwed: true }])
  expect((await ask(order.sellerId, 'web'))[0]).toBe(404)
})
