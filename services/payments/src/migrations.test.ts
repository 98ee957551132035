import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId, openMigrations } from '@fairpass/sdk/mongo'
import { migrationsOf } from './migrations.ts'
import { startWorld, type World } from './testing/world.ts'

type Document = { _id: string }

let world: World
beforeAll(async () => {
  world = await startWorld({ payoutDelaySeconds: 0 })
})
afterAll(() => world.stop())

const insert = (collection: string, document: Document) => world.db.collection<Document>(collection).insertOne(document)
/** As a start does before it serves. */
const bringForward = () => openMigrations(world.db, { migrations: migrationsOf(world.db) }).passBefore()

const [past, now] = [new Date(0), new Date()]

/** A payment whose process was killed, as the version before wrote it: two calls of Stripe, two writes in between. */
const leftBehind = async (status: 'started' | 'settled' | 'captured') => {
  const order = world.market.open()
  const _id = newId()
  const intent = await world.client.paymentIntents.create(
    {
      amount: 4_200,
      currency: 'eur',
      capture_method: 'manual',
      allowed_payment_method_types: ['card'],
      metadata: { orderId: order.id, paymentId: _id },
      transfer_group: _id,
    },
    { idempotencyKey: `pay:${order.id}:1` },
  )
  if (status !== 'started') {
    await world.client.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })
    await world.market.orders.settle(order.id, _id)
  }
  if (status === 'captured') await world.client.paymentIntents.capture(intent.id)
  const { id: orderId, buyerId, sellerId, ticketId, totalCents, currency, expiresAt } = order
  await insert('payments', {
    _id,
    version: 3,
    ...{ orderId, attempt: 1, kind: 'card', status, buyerId, sellerId, ticketId, totalCents, feeCents: 0 },
    ...{ amountCents: totalCents, currency, expiresAt: new Date(expiresAt), paymentMethod: 'pm_card_visa' },
    ...{ intentId: intent.id, turn: 0, looks: 2, lookAt: past, createdAt: now, updatedAt: now },
    ...(status === 'settled' ? { isHeld: true } : {}),
  } as Document)
  return { order, id: _id }
}

// Guarantee: a database of the version before goes on where it stopped.
test.each(['started', 'settled', 'captured'] as const)('a payment left %s is brought to its end', async (status) => {
  const { order, id } = await leftBehind(status)
  await bringForward()
  // A webhook of the double may be carrying it on at the same moment.
  for (let rounds = 0; rounds < 50 && (await world.payments.find(id))?.status !== 'completed'; rounds++) {
    await world.reconcileNow()
    await Bun.sleep(20)
  }
  expect(await world.payments.find(id)).toMatchObject({ status: 'completed', keyGeneration: 0, lease: { attempts: 0 } })
  expect(world.market.status(order.id)).toBe('completed')
  expect(await world.intentsOf(order.id)).toMatchObject([{ status: 'succeeded', captures: 1 }])
  const stored = await world.db.collection<Document>('payments').findOne({ _id: id })
  expect(Object.keys(stored ?? {})).not.toContain('looks')
})

test('what its payouts, disputes and webhooks were about to do is still due', async () => {
  const id = newId()
  const sale = { orderId: newId(), sellerId: newId(), totalCents: 4_200, feeCents: 0, amountCents: 4_200 }
  await insert('payouts', {
    _id: id,
    version: 5,
    ...sale,
    ...{ status: 'waiting', kind: 'card', currency: 'eur', payableAt: past, disputes: [], waitsFor: 'balance' },
    ...{ round: 2, turn: 1, looks: 3, lookAt: past, createdAt: now, updatedAt: now },
  } as Document)
  await insert('disputes', { _id: 'du_1', status: 'open', looks: 1, lookAt: past } as Document)
  await insert('webhookEvents', {
    _id: 'evt_before',
    ...{ type: 'payment_intent.succeeded', status: 'stored', attempts: 1, dueAt: past, receivedAt: now },
  } as Document)
  await bringForward()
  const due = await world.payouts.due(now, 10)
  expect(due.find((payout) => payout.id === id)).toMatchObject({
    transferAttempt: 2,
    keyGeneration: 1,
    lease: { attempts: 3, nextAttemptAt: past },
  })
  expect(await world.disputes.find('du_1')).toMatchObject({ lease: { attempts: 1, nextAttemptAt: past } })
  await world.webhooks.applyDue()
  expect(await world.webhooks.find('evt_before')).toMatchObject({ status: 'applied', lease: { attempts: 2 } })
})

test('the index that it claimed by gives way to the new one', async () => {
  const payments = world.db.collection('payments')
  await payments.createIndex({ lookAt: 1 }, { name: 'due' })
  await bringForward()
  await world.payments.ensureIndexes()
  const names = (await payments.indexes()).map(({ name }) => name)
  expect(names).toContain('nextAttempt')
  expect(names).not.toContain('due')
})
