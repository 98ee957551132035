import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { OrderToPay } from '@fairpass/sdk/dapr'
import { newId } from '@fairpass/sdk/mongo'
import { until } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'

// What a buyer sees who left while the payment was under way, and comes back.

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const stateFor = async (order: OrderToPay, who = order.buyerId) => {
  const { body } = await world.call('GET', `/api/payments/orders/${order.id}`, who)
  const { orderId: _orderId, ...state } = body
  return state
}

test('a payment is under way from the moment that it began, and succeeds', async () => {
  const order = world.market.open()
  expect(await stateFor(order)).toEqual({ state: 'none' })
  await world.double.fault({ operation: 'confirm', kind: 'delay', delayMs: 1_000, metadata: { orderId: order.id } })
  const paying = world.payFor(order, { paymentMethod: 'pm_card_visa' })
  await until('the payment', async () => (await stateFor(order)).state === 'processing')
  expect((await paying).status).toBe(201)
  expect(await stateFor(order)).toEqual({ state: 'succeeded' })
})

test.each([
  ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
  ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc'],
  ['pm_card_chargeDeclinedProcessingError', 'processing_error'],
  ['pm_card_authenticationRequired', 'authentication_required'],
  // Somebody who found a card does not learn that it was reported as lost.
  ['pm_card_chargeDeclinedLostCard', 'generic_decline'],
  ['pm_card_chargeDeclinedStolenCard', 'generic_decline'],
  ['pm_card_chargeDeclinedFraudulent', 'generic_decline'],
])('%s is declined as %s, at once and later', async (paymentMethod, declineCode) => {
  const order = world.market.open()
  const { status, body } = await world.payFor(order, { paymentMethod })
  expect([status, body.code, body.declineCode]).toEqual([402, 'card_declined', declineCode])
  expect(await stateFor(order)).toEqual({ state: 'declined', declineCode })
  expect(JSON.stringify(body)).not.toMatch(/lost|stolen|fraud/)
})

test('a form that waits for a card is no payment yet, and gives way to one that is', async () => {
  const order = world.market.open()
  await world.payFor(order, {})
  expect(await stateFor(order)).toEqual({ state: 'requires_payment_method' })
  await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  expect(await stateFor(order)).toEqual({ state: 'succeeded' })
})

test('what a coupon paid says so, also once it was refunded', async () => {
  const [coupon] = await world.coupons.make({ batchId: newId(), quantity: 1, maxRedemptions: 1 })
  const order = world.market.open()
  const { body } = await world.payFor(order, { couponCode: coupon?.code })
  expect(await stateFor(order)).toEqual({ state: 'succeeded', byCoupon: true })
  await world.call('POST', `/api/payments/${body.id}/refund`, `${newId()}:admin`, { reason: 'Called off' })
  expect(await stateFor(order)).toEqual({ state: 'refunded', byCoupon: true })
})

test('nobody sees how another one’s payment stands', async () => {
  const order = world.market.open()
  await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  expect(await stateFor(order, newId())).toEqual({ state: 'none' })
  expect((await world.call('GET', `/api/payments/orders/${order.id}`, '')).status).toBe(401)
})
