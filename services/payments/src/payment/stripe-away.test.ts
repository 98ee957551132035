import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import type { OrderToPay } from '@fairpass/sdk/dapr'
import { startWorld, type World } from '../testing/world.ts'

// What Stripe did for a request whose answer was lost, and how little of it is known when it answers again a day later.

const paid = { status: 'succeeded', captures: 1 }

let world: World
beforeAll(async () => {
  world = await startWorld({ hearsWebhooks: false })
})
afterAll(() => world.stop())
beforeEach(async () => {
  await world.double.call('DELETE', '/faults')
})

/** The request is done, and its answer is lost, as is that of the repetition by Stripe's library. */
const lose = (operation: string, { id: orderId }: OrderToPay) =>
  world.double.fault({ operation, kind: 'drop_after', times: 2, metadata: { orderId } })
const silence = (operation: string) => world.double.fault({ operation, kind: 'error_before', times: 1_000 })

/** Pays in vain, and goes on a day later. */
const dayAfterPaying = async (order: OrderToPay) => {
  const { status } = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  expect(status).toBe(503)
  const [payment] = await world.paymentsOf(order.id)
  const advance = world.dayLater()
  return () => advance(String(payment?._id))
}

// Guarantee: no card is charged twice, though nobody remembers the first request but Stripe's search, which is silent, too.
test('a card whose hold may be there is not asked again before Stripe can say so', async () => {
  const order = world.market.open()
  await lose('create', order)
  await silence('search')
  const advance = await dayAfterPaying(order)
  await expect(advance()).rejects.toThrow('under way')
  expect(await world.intentsOf(order.id)).toMatchObject([{ status: 'requires_capture' }])
  await world.double.call('DELETE', '/faults')
  expect((await advance()).status).toBe('completed')
  expect(await world.intentsOf(order.id)).toMatchObject([paid])
})

test('a card that was never asked is asked, once', async () => {
  const order = world.market.open()
  await world.double.fault({ operation: 'create', kind: 'error_before', times: 2 })
  const advance = await dayAfterPaying(order)
  expect((await advance()).status).toBe('completed')
  expect(await world.intentsOf(order.id)).toMatchObject([paid])
})

test('a capture that nobody could ask after is finished without searching for it', async () => {
  const order = world.market.open()
  await lose('capture', order)
  const asking = await world.double.fault({
    ...{ operation: 'retrieve', kind: 'error_before', times: 2 },
    metadata: { orderId: order.id },
  })
  const advance = await dayAfterPaying(order)
  expect(await world.double.isUsedUp(asking)).toBe(true)
  await silence('search')
  expect((await advance()).status).toBe('completed')
  expect(await world.intentsOf(order.id)).toMatchObject([paid])
})
