import { expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { metricValue, testDatabase } from '@fairpass/servers/testing'
import { expire, type Order, settle, TicketSoldError } from './domain/order.ts'
import { openOrdersReading } from './gauges.ts'
import { countHold } from './metrics.ts'
import { openOrders } from './store.ts'

const orderAt = (expiresAt: Date): Omit<Order, 'version'> => {
  const [id, ticketId] = [newId(), newId()]
  return {
    id,
    status: 'created',
    ticketId,
    ticket: { id: ticketId, title: 'Opera', venue: 'Hall', city: 'Graz', startsAt: new Date('2035-01-01') },
    buyerId: newId(),
    sellerId: newId(),
    totalCents: 5_000,
    currency: 'eur',
    createdAt: new Date(),
    expiresAt,
    updatedAt: new Date(),
  }
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000)
const holds = { updateEach: async () => new Map() } as never

const waitlist = { close: async () => {} }

const openStore = async () => {
  const orders = openOrders(await testDatabase(), { holds, waitlist, publishAll: async () => new Map() })
  await orders.ensureIndexes()
  return orders
}

/** By how much a metric grows while `work` is done. */
const growthOf = async (name: string, labels: Record<string, string>, work: () => Promise<unknown>) => {
  const before = (await metricValue(name, labels)) ?? 0
  await work()
  return ((await metricValue(name, labels)) ?? 0) - before
}

test('each press of BUY is counted by how it was answered', async () => {
  const pressed = (outcome: string, open: () => Promise<{ isNew: boolean }>) =>
    growthOf('fairpass_holds_total', { outcome }, () => countHold(open).catch(() => {}))
  expect(await pressed('opened', async () => ({ isNew: true }))).toBe(1)
  expect(await pressed('open', async () => ({ isNew: false }))).toBe(1)
  expect(await pressed('ticket_sold', () => Promise.reject(new TicketSoldError()))).toBe(1)
  expect(await pressed('internal', () => Promise.reject(new Error('broken')))).toBe(1)
})

test('an end is counted once, however often it is asked for, and an expiry with how late it was', async () => {
  const orders = await openStore()
  const { id } = await orders.create(orderAt(ago(7)))
  const expireOften = () => Promise.all(Array.from({ length: 5 }, () => orders.expire(id)))
  expect(await growthOf('fairpass_orders_ended_total', { how: 'expired' }, expireOften)).toBe(1)
  const lateBy = async (seconds: number, le: string) => {
    const late = await orders.create(orderAt(ago(seconds)))
    return growthOf('fairpass_expiry_late_seconds_bucket', { le }, () => orders.expire(late.id))
  }
  expect([await lateBy(7, '5'), await lateBy(7, '30'), await lateBy(40, '30'), await lateBy(40, '60')]).toEqual([
    0, 1, 0, 1,
  ])
  const third = await orders.create(orderAt(new Date(Date.now() + 60_000)))
  const stopClock = () => orders.change(third.id, (order) => settle(order, newId(), new Date()))
  expect(await growthOf('fairpass_orders_ended_total', {}, stopClock)).toBe(0)
  expect(expire(third, new Date())).toBe(third)
})

test('what none may be is found: a hold long over its time, and a sale that nobody paid', async () => {
  const orders = await openStore()
  const reading = openOrdersReading(orders)
  const violations = async () => [
    await metricValue('fairpass_invariant_violations', { invariant: 'order_overdue' }),
    await metricValue('fairpass_invariant_violations', { invariant: 'completed_without_payment' }),
  ]
  await orders.create(orderAt(new Date(Date.now() + 60_000)))
  await orders.create(orderAt(ago(20)))
  const settling = await orders.create(orderAt(new Date(Date.now() + 60_000)))
  await orders.change(settling.id, (order) => settle(order, newId(), new Date()))
  await reading.read()
  expect(await violations()).toEqual([0, 0])
  expect(await metricValue('fairpass_orders_open', { status: 'created' })).toBe(2)
  expect(await metricValue('fairpass_orders_open', { status: 'settling' })).toBe(1)
  await orders.create(orderAt(ago(40)))
  await orders.create({ ...orderAt(ago(0)), status: 'completed' })
  await reading.read()
  expect(await violations()).toEqual([1, 1])
  reading.reset()
  expect(await violations()).toEqual([undefined, undefined])
})
