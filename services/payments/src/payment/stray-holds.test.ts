import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { authorisation, until } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

/** A card's hold that Stripe made for a payment, and whose answer nobody here ever got. */
const holdFor = (paymentId: string, orderId: string) =>
  world.client.paymentIntents.create(authorisation({ metadata: { orderId, paymentId } }))
const statusOf = async (intentId: string) => (await world.client.paymentIntents.retrieve(intentId)).status
const withoutWebhooks = () => world.double.fault({ operation: 'webhook', kind: 'lost', times: 1_000 })

// Guarantee: a card is asked once, though the answer was lost and its key is of no use any more.
test('an authorisation whose answer was lost is found by its metadata, and used', async () => {
  const order = world.market.open()
  await world.double.fault({ operation: 'create', kind: 'error_after', metadata: { orderId: order.id } })
  const { status } = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  expect(status).toBe(201)
  expect(await world.intentsOf(order.id)).toMatchObject([{ status: 'succeeded', captures: 1 }])
})

// Guarantee: nothing stays held on a card for a payment that does not need it.
test('a second hold of a payment that is completed is ended when its webhook comes', async () => {
  const order = world.market.open()
  const { body } = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  const stray = await holdFor(body.id, order.id)
  await until('the hold to end', async () => (await statusOf(stray.id)) === 'canceled')
  expect((await world.payments.find(body.id))?.status).toBe('completed')
})

test('a hold whose webhook is lost, too, is ended by looking', async () => {
  const order = world.market.open()
  const { body } = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  await withoutWebhooks()
  const [stray, theirs] = [await holdFor(body.id, order.id), await holdFor(newId(), newId())]
  const waiting = world.market.open()
  await world.releaseStrayHolds()
  expect(await statusOf(stray.id)).toBe('canceled')
  // Another system on the same Stripe account has holds of its own.
  expect(await statusOf(theirs.id)).toBe('requires_capture')
  expect(world.market.status(waiting.id)).toBe('created')
})
