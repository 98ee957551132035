import { afterAll, beforeAll, beforeEach, expect, spyOn, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { createLog } from '@fairpass/sdk/telemetry'
import { authorisation } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'
import { type Restore, reconcileRestore } from './restored.ts'

// Guarantee: what was paid after the backup goes back to its buyers, once, and nothing else does.

let world: World
beforeAll(async () => {
  world = await startWorld({ hearsWebhooks: false })
})
afterAll(() => world.stop())

const log = createLog('test', 'fatal')
const minuteMs = 60_000
const restores = () => world.db.collection<Restore>('restores')
const markRestored = (backupAt = new Date(Date.now() - minuteMs)) =>
  restores().insertOne({ backupAt, restoredAt: new Date() })
const look = (now?: Date) => reconcileRestore({ ...world, log }, now)
const intent = async (id: string) => (await world.double.state()).intents.find((found) => found.id === id)

beforeEach(() => restores().deleteMany())

/** What Stripe knows of a payment that is in no backup. */
const unknown = async (metadata: Record<string, string> = { orderId: newId(), paymentId: newId() }) => {
  const { id } = await world.client.paymentIntents.create(
    authorisation({ metadata, transfer_group: metadata.paymentId ?? '' }),
  )
  return { id, capture: () => world.client.paymentIntents.capture(id), paymentId: metadata.paymentId ?? '' }
}

const paid = async () => {
  const order = world.market.open()
  const { body } = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  return { order, payment: await world.payments.find(body.id) }
}

test('a charge of a payment that is not known goes back, and a hold ends', async () => {
  const [charged, held] = [await unknown(), await unknown()]
  await charged.capture()
  const { payment } = await paid()
  await markRestored()
  await look()
  expect(await intent(charged.id)).toMatchObject({ captured: 4_200, refunded: 4_200 })
  expect((await intent(held.id))?.status).toBe('canceled')
  expect(await intent(payment?.intentId ?? '')).toMatchObject({ captured: 4_200, refunded: 0 })
})

test('looking again refunds nothing twice, and is over once nothing can be under way', async () => {
  const charged = await unknown()
  await charged.capture()
  await markRestored()
  await look()
  const late = await unknown()
  await late.capture()
  await look()
  expect((await intent(late.id))?.refunded).toBe(0)
  await look(new Date(Date.now() + 11 * minuteMs))
  for (const { id } of [charged, late]) expect((await intent(id))?.refunds).toHaveLength(1)
  const after = await unknown()
  await after.capture()
  await look(new Date(Date.now() + 60 * minuteMs))
  expect((await intent(after.id))?.refunded).toBe(0)
})

test('a payment that was given up here, and charged there, goes back with its entry in the ledger', async () => {
  const { order, payment } = await paid()
  const id = payment?.id ?? ''
  await world.db.collection<{ _id: string }>('payments').updateOne({ _id: id }, { $set: { status: 'cancelled' } })
  await world.db.collection('ledger').deleteMany({ paymentId: id })
  await markRestored()
  await look()
  expect((await world.intentsOf(order.id))[0]).toMatchObject({ captured: 4_200, refunded: 4_200 })
  expect((await world.payments.find(id))?.status).toBe('refunded')
})

test('more than a page of them all go back; nothing is touched without a restore, of another system, or of before', async () => {
  const others = [await unknown({ shop: 'another' }), await unknown()]
  for (const other of others) await other.capture()
  await look()
  for (const { id } of others) expect((await intent(id))?.refunded).toBe(0)
  const many = await Promise.all(Array.from({ length: 120 }, () => unknown()))
  await Promise.all(many.map(({ capture }) => capture()))
  await markRestored(new Date(Date.now() + 30 * minuteMs))
  await look()
  for (const { id } of others) expect((await intent(id))?.refunded).toBe(0)
  await restores().deleteMany()
  await markRestored()
  await look()
  const { intents } = await world.double.state()
  const ids = new Set(many.map(({ id }) => id))
  expect(intents.filter(({ id, refunded }) => ids.has(id) && refunded === 4_200)).toHaveLength(120)
  expect((await intent(others[0]?.id ?? ''))?.refunded).toBe(0)
})

test.each(['1', '2'])('a sale whose seller was paid out stays, in whichever round: %s', async (round) => {
  const charged = await unknown()
  await charged.capture()
  const accountId = await world.readySeller(newId())
  await world.client.transfers.create({
    amount: 100,
    currency: 'eur',
    destination: accountId,
    transfer_group: charged.paymentId,
    metadata: { paymentId: charged.paymentId, round },
  })
  await markRestored()
  const said = spyOn(log, 'error')
  await look()
  expect((await intent(charged.id))?.refunded).toBe(0)
  // One search finds whatever docs/runbook.md tells an operator to look for.
  const about = { intentId: charged.id, paymentId: charged.paymentId }
  const lines = said.mock.calls.map(([line, message]) => `${JSON.stringify(line)} ${message}`)
  expect(lines).toContain(`${JSON.stringify(about)} paid after the backup, and its seller was paid out: not refunded`)
  said.mockRestore()
})
