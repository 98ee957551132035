import { beforeAll, beforeEach, expect, test } from 'bun:test'
import type { Dapr } from '@fairpass/sdk/dapr'
import type { TicketData } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase, testSidecar } from '@fairpass/servers/testing'
import { openCatalogue } from '../catalogue.ts'
import { cancelByBuyer, complete, settle } from '../domain/order.ts'
import { type Orders, openOrders } from '../store.ts'
import { aTicket } from '../testing/ticket.ts'
import { openWaitlist } from '../waitlist/store.ts'
import { createHolds, type Holds } from './hold.ts'
import type { OpenedOrder } from './insert-order.ts'
import { createPurchase, type Purchase } from './purchase.ts'

const sentence = 'The ticket is being checking out by someone else, please come back later'

let dapr: Dapr
let holds: Holds
let orders: Orders
let ticket: TicketData
let purchaseFor: (holdSeconds: number) => Purchase
let catalogue: ReturnType<typeof openCatalogue>

beforeAll(async () => {
  dapr = await testSidecar('orders')
})

beforeEach(async () => {
  const db = await testDatabase()
  holds = createHolds(dapr)
  orders = openOrders(db, { holds, waitlist: openWaitlist(db), publishAll: async () => new Map() })
  await orders.ensureIndexes()
  catalogue = openCatalogue(db, dapr)
  ticket = aTicket()
  await catalogue.apply([ticket])
  purchaseFor = (holdSeconds) => createPurchase({ holds, orders, catalogue, holdSeconds })
})

const outcome = async (opening: Promise<OpenedOrder>) => opening.then(({ isNew }) => (isNew ? 'new' : 'open'), String)

// Guarantee: one ticket yields one open order, however buyers interleave.
test('one winner among many buyers', async () => {
  const purchase = purchaseFor(900)
  const answers = await Promise.all(Array.from({ length: 40 }, () => outcome(purchase.open(newId(), ticket.id))))
  expect(answers.filter((answer) => answer === 'new')).toHaveLength(1)
  expect(answers.filter((answer) => answer.includes(sentence))).toHaveLength(39)
})

// Guarantee: pressing BUY twice is pressing it once.
test('one order for one buyer, however often BUY is pressed', async () => {
  const purchase = purchaseFor(900)
  const buyer = newId()
  const opened = await Promise.all(Array.from({ length: 10 }, () => purchase.open(buyer, ticket.id)))
  expect(new Set(opened.map(({ order }) => order.id)).size).toBe(1)
  expect(opened.filter(({ isNew }) => isNew)).toHaveLength(1)
})

// Guarantee: MongoDB has the last word when the state store has lost everything.
test('a lost hold is written back from the order', async () => {
  const purchase = purchaseFor(900)
  const { order } = await purchase.open(newId(), ticket.id)
  await holds.update(ticket.id, () => ({ status: 'free' }))
  expect(await outcome(purchase.open(newId(), ticket.id))).toContain(sentence)
  expect((await holds.read(ticket.id)).hold).toMatchObject({ status: 'held', orderId: order.id })
})

// Guarantee: what was sold once is never sold again, even when nobody but MongoDB remembers it.
test('a sold ticket stays sold when the state store has lost its hold', async () => {
  const purchase = purchaseFor(900)
  const paymentId = newId()
  const { order } = await purchase.open(newId(), ticket.id)
  await orders.change(order.id, (current) => settle(current, paymentId, new Date()))
  await orders.change(order.id, (current) => complete(current, paymentId, new Date()))
  await orders.relay.flush(order.id)
  await holds.update(ticket.id, () => ({ status: 'free' }))
  expect(await outcome(purchase.open(newId(), ticket.id))).toContain('has been sold')
  expect((await holds.read(ticket.id)).hold).toEqual({ status: 'sold', orderId: order.id })
})

// Guarantee: reading a hold past its time frees it, unless money is being taken.
test('a hold past its time is taken over, a settling one is not', async () => {
  const purchase = purchaseFor(1)
  const first = await purchase.open(newId(), ticket.id)
  await Bun.sleep(first.order.expiresAt.getTime() - Date.now() + 1)
  const second = await purchase.open(newId(), ticket.id)
  expect(second.isNew).toBe(true)
  expect(await orders.find(first.order.id)).toMatchObject({ status: 'cancelled', cancelReason: 'expired' })
  await orders.change(second.order.id, (order) => settle(order, newId(), new Date()))
  await Bun.sleep(second.order.expiresAt.getTime() - Date.now() + 1)
  expect(await outcome(purchase.open(newId(), ticket.id))).toContain(sentence)
})

test('a cancelled order frees the ticket at once', async () => {
  const purchase = purchaseFor(900)
  const { order } = await purchase.open(newId(), ticket.id)
  await orders.change(order.id, (current) => cancelByBuyer(current, new Date()))
  await orders.relay.flush(order.id)
  expect((await purchase.open(newId(), ticket.id)).isNew).toBe(true)
})

test('a buyer whose order was never stored gets it under the same hold', async () => {
  const purchase = purchaseFor(900)
  const [buyerId, orderId] = [newId(), newId()]
  const hold = { status: 'held' as const, orderId, buyerId, expiresAt: new Date(Date.now() + 60_000) }
  await holds.write(ticket.id, hold, await holds.read(ticket.id))
  expect(await purchase.open(buyerId, ticket.id)).toMatchObject({ isNew: true, order: { id: orderId } })
})

// Guarantee: a seller's change never slips under a buyer's order.
test('a fence keeps buyers away until the change is known', async () => {
  const purchase = purchaseFor(900)
  expect(await purchase.fence(ticket.id, 2)).toBe('free')
  await catalogue.apply([{ ...ticket, version: 2, priceCents: 7_500 }])
  const { order } = await purchase.open(newId(), ticket.id)
  expect(order.totalCents).toBe(7_500)
  expect(await purchase.fence(ticket.id, 3)).toBe('reserved')
})

// Guarantee: nobody buys at a price that the seller has just changed.
test('a buyer who comes while a change is under way never gets the ticket as it was', async () => {
  const purchase = purchaseFor(900)
  await purchase.fence(ticket.id, 2)
  // There is no tickets service here to ask for the new version, so the buyer gets nothing.
  expect(await outcome(purchase.open(newId(), ticket.id))).not.toBe('new')
  expect(await orders.activeOf(ticket.id)).toBeUndefined()
})

test('nobody buys their own ticket, or one that is withdrawn', async () => {
  const purchase = purchaseFor(900)
  expect(await outcome(purchase.open(ticket.sellerId, ticket.id))).toContain('your own ticket')
  await catalogue.apply([{ ...ticket, version: 2, status: 'withdrawn' }])
  expect(await outcome(purchase.open(newId(), ticket.id))).toContain('no longer offered')
})

// Guarantee: nobody is kept out for the time of a hold by an order that could not be stored.
test('a hold whose order cannot be stored is freed at once', async () => {
  const failing = {
    ...orders,
    create: async () => {
      throw new Error('MongoDB is away')
    },
  }
  const purchase = createPurchase({ holds, orders: failing, catalogue, holdSeconds: 900 })
  await expect(purchase.open(newId(), ticket.id)).rejects.toThrow('MongoDB is away')
  expect((await holds.read(ticket.id)).hold.status).toBe('free')
  expect(await outcome(purchaseFor(900).open(newId(), ticket.id))).toBe('new')
})

test('an order that was stored although its answer was lost still keeps the others out', async () => {
  const lost = {
    ...orders,
    create: async (order: Parameters<Orders['create']>[0]) => {
      await orders.create(order)
      throw new Error('the answer was lost')
    },
  }
  const purchase = createPurchase({ holds, orders: lost, catalogue, holdSeconds: 900 })
  await expect(purchase.open(newId(), ticket.id)).rejects.toThrow('lost')
  expect(await outcome(purchaseFor(900).open(newId(), ticket.id))).toContain(sentence)
})

// Guarantee: whoever erases the account holds nothing any more; money that is being taken is taken.
test('an erased buyer’s open orders end, and their tickets are free', async () => {
  const purchase = purchaseFor(900)
  const buyer = newId()
  const { order } = await purchase.open(buyer, ticket.id)
  await orders.cancelOf(buyer)
  await orders.relay.flush(order.id)
  expect(await orders.find(order.id)).toMatchObject({ status: 'cancelled', cancelReason: 'buyer' })
  expect(await outcome(purchase.open(newId(), ticket.id))).toBe('new')
})
