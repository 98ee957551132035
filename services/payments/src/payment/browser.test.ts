import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { until } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'

// The browser's way: a client secret, Stripe's own form, the bank's question, and the webhook that settles.

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())
beforeEach(() => world.double.call('DELETE', '/faults'))

const inBrowser = async (paymentMethod: string) => {
  const order = world.market.open()
  const { status, body } = await world.payFor(order, {})
  expect({ status, said: body.status }).toEqual({ status: 201, said: 'requires_payment_method' })
  const [intent] = await world.intentsOf(order.id)
  const act = (what: string, how: object) => world.double.call('POST', `/payment_intents/${intent?.id}/${what}`, how)
  const confirmed = await act('confirm', { client_secret: body.clientSecret, payment_method: paymentMethod })
  return { order, id: body.id as string, act, confirmed }
}
const paymentOf = (id: string) => world.payments.find(id)
const intentOf = async (orderId: string) => (await world.intentsOf(orderId))[0]

test('a bank that asks, and a buyer who answers: the webhook settles the order', async () => {
  const { order, id, act, confirmed } = await inBrowser('pm_card_authenticationRequired')
  expect(confirmed.body.status).toBe('requires_action')
  expect(world.market.status(order.id)).toBe('created')
  expect((await act('complete3ds', {})).status).toBe(200)
  await until('the payment', async () => (await paymentOf(id))?.status === 'completed')
  expect(world.market.status(order.id)).toBe('completed')
  expect(await intentOf(order.id)).toMatchObject({ status: 'succeeded', captured: 4_200, captures: 1 })
})

test('a bank that is not convinced takes nothing; the buyer may try another card', async () => {
  const { order, id, act } = await inBrowser('pm_card_authenticationRequired')
  await act('complete3ds', { outcome: 'failed' })
  expect(await intentOf(order.id)).toMatchObject({ status: 'requires_payment_method', captured: 0 })
  expect(world.market.status(order.id)).toBe('created')
  const again = await world.payFor(order, {})
  expect(again.body).toMatchObject({ id, status: 'requires_payment_method' })
  await act('confirm', { client_secret: again.body.clientSecret, payment_method: 'pm_card_visa' })
  await until('the payment', async () => (await paymentOf(id))?.status === 'completed')
  expect(await intentOf(order.id)).toMatchObject({ captured: 4_200, captures: 1 })
})

// Guarantee: an authorisation that is not used is cancelled at once.
test('an answer to the bank that comes after the order has ended takes nothing', async () => {
  const { order, id, act } = await inBrowser('pm_card_authenticationRequired')
  world.market.expire(order.id)
  await act('complete3ds', {})
  await until('the payment', async () => (await paymentOf(id))?.status === 'cancelled')
  expect(await intentOf(order.id)).toMatchObject({ status: 'canceled', capturable: 0, captured: 0 })
})

test('every webhook is lost: the reconciler settles it nevertheless', async () => {
  const { order, id, act } = await inBrowser('pm_card_authenticationRequired')
  await world.double.fault({ operation: 'webhook', kind: 'lost', times: 50, metadata: { orderId: order.id } })
  await act('complete3ds', {})
  await until('the payment', async () => {
    await world.reconcileNow()
    return (await paymentOf(id))?.status === 'completed'
  })
  expect(await intentOf(order.id)).toMatchObject({ captured: 4_200 })
})

// Zero and three decimals: what is counted in whole minor units is charged as it is.
test.each([
  ['jpy', 12_345],
  ['kwd', 12_340],
])('%s is charged to its last unit', async (currency, totalCents) => {
  const order = world.market.open({ currency, totalCents })
  const { body } = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  expect(body).toMatchObject({ status: 'succeeded', amountCents: totalCents, currency })
  expect(await intentOf(order.id)).toMatchObject({ currency, amount: totalCents, captured: totalCents })
  const earnings = await world.call('GET', '/api/payments/earnings', order.sellerId)
  expect(earnings.body).toEqual({ [currency]: { pendingCents: totalCents, availableCents: 0, paidOutCents: 0 } })
})
