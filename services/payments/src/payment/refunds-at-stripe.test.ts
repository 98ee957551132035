import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { until } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'
import { createRefundReconciler } from './reconcile.ts'

// Guarantee: money that was given back in Stripe's own dashboard is never paid out, and everybody hears of it.

let world: World
beforeAll(async () => {
  world = await startWorld({ feeBasisPoints: 1_000, payoutDelaySeconds: 0 })
})
afterAll(() => world.stop())
beforeEach(() => world.double.call('DELETE', '/faults'))

const admin = `${newId()}:admin`
const begun = () => new Date(Date.now() - 60_000).toISOString()

const sold = async () => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  const order = world.market.open({ sellerId, startsAt: begun() })
  const { status, body } = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  expect(status).toBe(201)
  const [intent] = await world.intentsOf(order.id)
  return { sellerId, order, id: body.id as string, intentId: intent?.id ?? '' }
}
/** As Stripe's dashboard does it: under no key of ours, and nobody here asks for it. */
const refundAtStripe = (intentId: string, amount?: number) =>
  world.client.refunds.create({ payment_intent: intentId, ...(amount === undefined ? {} : { amount }) })
const withoutWebhooks = () => world.double.fault({ operation: 'webhook', kind: 'lost', times: 1_000 })
const sentOf = async (paymentId: string) =>
  (await world.double.state()).transfers
    .filter(({ metadata }) => metadata.paymentId === paymentId)
    .reduce((sum, { amount, amountReversed }) => sum + amount - amountReversed, 0)
const expectAgreement = async () => {
  const [{ sums }, ledger] = [await world.double.state(), await world.ledger.balances('stripe')]
  expect(ledger).toEqual(Object.fromEntries(Object.entries(sums).map(([currency, { net }]) => [currency, net])))
  expect(Object.values(await world.ledger.sums()).every((sum) => sum === 0)).toBe(true)
}
const shown = async (orderId: string) =>
  (await world.call('GET', `/api/payments?orderId=${orderId}`, admin)).body.payments[0]
const saleOf = async (sellerId: string) =>
  (await world.call('GET', '/api/payments/earnings/sales', sellerId)).body.sales[0]

test('all of it: the order, the ledger and the payout follow', async () => {
  const { sellerId, order, id, intentId } = await sold()
  await refundAtStripe(intentId)
  await until('the refund', async () => (await world.payments.find(id))?.status === 'refunded')
  const told = () => world.published.filter(({ type, data }) => type === 'payment.refunded' && data.id === id)
  await until('the event', () => told().length > 0)
  expect(told()).toHaveLength(1)
  expect(await shown(order.id)).toMatchObject({
    status: 'refunded',
    refund: { reason: 'Refunded at Stripe', cause: 'stripe' },
  })
  await world.payOutNow()
  expect(await sentOf(id)).toBe(0)
  expect((await world.call('GET', '/api/payments/earnings', sellerId)).body).toEqual({
    eur: { pendingCents: 0, availableCents: 0, paidOutCents: 0 },
  })
  await expectAgreement()
})

test('a part: the sale stands, the seller and an admin see it, and so much less is paid out', async () => {
  const { sellerId, order, id, intentId } = await sold()
  await refundAtStripe(intentId, 1_000)
  await until('the part', async () => (await world.payments.find(id))?.refundedCents === 1_000)
  expect(await shown(order.id)).toMatchObject({ status: 'completed', refundedCents: 1_000, totalCents: 4_200 })
  await world.payOutNow()
  expect(await sentOf(id)).toBe(2_880)
  expect(await saleOf(sellerId)).toMatchObject({ status: 'paid_out', refundedCents: 1_000, amountCents: 2_880 })
  await expectAgreement()

  // Another part after the payout: what was sent comes back, and less is sent.
  await refundAtStripe(intentId, 500)
  await until('the second part', async () => (await world.payments.find(id))?.refundedCents === 1_500)
  await world.payOutNow()
  await world.payOutNow()
  expect(await sentOf(id)).toBe(2_430)
  await expectAgreement()

  // And the rest, by an admin here.
  const answer = await world.call('POST', `/api/payments/${id}/refund`, admin, { reason: 'Called off' })
  expect(answer).toMatchObject({ status: 200, body: { status: 'refunded' } })
  await world.payOutNow()
  expect(await sentOf(id)).toBe(0)
  expect((await world.call('GET', '/api/payments/earnings', sellerId)).body).toEqual({
    eur: { pendingCents: 0, availableCents: 0, paidOutCents: 0 },
  })
  await expectAgreement()
})

test('nothing is paid out on a refund that no webhook told of', async () => {
  await withoutWebhooks()
  const [whole, part] = [await sold(), await sold()]
  await refundAtStripe(whole.intentId)
  await refundAtStripe(part.intentId, 2_000)
  await world.payOutNow()
  await world.payOutNow()
  expect(await sentOf(whole.id)).toBe(0)
  expect(await sentOf(part.id)).toBe(1_980)
  expect((await world.payments.find(whole.id))?.status).toBe('refunded')
  await expectAgreement()
})

test('after a payout it is found by looking for refunds, and what was sent comes back', async () => {
  await withoutWebhooks()
  const { id, intentId } = await sold()
  await world.payOutNow()
  expect(await sentOf(id)).toBe(3_780)
  await refundAtStripe(intentId)
  await createRefundReconciler(world)()
  await world.payOutNow()
  expect((await world.payments.find(id))?.status).toBe('refunded')
  expect(await sentOf(id)).toBe(0)
  await expectAgreement()
})

test('while Stripe is away for a day nothing is forgotten: the next look goes back to the last that came through', async () => {
  const asked: number[] = []
  let isAway = false
  const stripe = {
    refundedSince: async (since: Date) => {
      if (isAway) throw new Error('Stripe does not answer')
      asked.push(since.getTime())
      return []
    },
  }
  const look = createRefundReconciler({ ...world, stripe })
  const hourMs = 3_600_000
  const at = (hours: number) => new Date(Date.parse('2030-01-01T00:00:00Z') + hours * hourMs)
  await look(at(0))
  isAway = true
  for (let hours = 1; hours < 30; hours++) await expect(look(at(hours))).rejects.toThrow('does not answer')
  isAway = false
  await look(at(30))
  expect(asked).toEqual([at(-7 * 24).getTime(), at(-1).getTime()])
})
