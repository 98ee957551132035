import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ hearsWebhooks: false })
})
afterAll(() => world.stop())

/** Card forms that are open, which nobody has filled in yet: older than whatever comes later. */
const openForms = (count: number) =>
  Promise.all(Array.from({ length: count }, () => world.payFor(world.market.open(), {})))

// Promise 2: captured money is brought to its end within a minute, however many forms wait.
test('money comes before open card forms', async () => {
  await openForms(25)
  const payments = world.db.collection('payments')
  await payments.updateMany({ status: 'awaiting_method' }, { $set: { 'lease.nextAttemptAt': new Date(1) } })
  const order = world.market.open()
  await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  await payments.updateOne({ orderId: order.id }, { $set: { status: 'captured', 'lease.nextAttemptAt': new Date(2) } })
  const due = await world.payments.due(new Date(), 20)
  expect(due).toHaveLength(20)
  expect(due[0]).toMatchObject({ orderId: order.id, status: 'captured' })
})

test('one round looks at all that is due, not only at a batch of it', async () => {
  await openForms(25)
  await world.reconcileNow()
  const left = await world.payments.due(new Date(), 100)
  expect(left).toEqual([])
})

test('what was under way when the clock was set back is due at once', async () => {
  const payments = world.db.collection('payments')
  const order = world.market.open()
  await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  const lease = { attempts: 0, nextAttemptAt: new Date(Date.now() + 3_600_000) }
  await payments.updateOne({ orderId: order.id }, { $set: { status: 'captured', lease } })
  expect(await world.payments.due(new Date(), 20)).toMatchObject([{ orderId: order.id }])
})
