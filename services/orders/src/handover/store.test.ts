import { expect, test } from 'bun:test'
import type { FairpassEvent } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import { publishEach, testDatabase } from '@fairpass/servers/testing'
import { complete, type Order, settle } from '../domain/order.ts'
import { openOrders } from '../store.ts'
import { openWaitlist } from '../waitlist/store.ts'
import { send } from './handover.ts'
import { openHandovers } from './store.ts'

const hourMs = 3_600_000
const now = new Date()
const later = (hours: number) => new Date(now.getTime() + hours * hourMs)

const startWorld = async () => {
  const db = await testDatabase()
  const told: FairpassEvent[] = []
  const holds = { updateEach: async () => new Map() } as never
  const publishAll = publishEach(async (event) => void told.push(event))
  const orders = openOrders(db, { holds, waitlist: openWaitlist(db), publishAll })
  await orders.ensureIndexes()
  const handovers = openHandovers(orders)

  const sold = async (): Promise<Order> => {
    const [id, ticketId, paymentId] = [newId(), newId(), newId()]
    const ticket = { id: ticketId, title: 'Opera', venue: 'Hall', city: 'Graz', startsAt: later(1_000) }
    await orders.create({
      ...{ id, ticketId, ticket, status: 'created', buyerId: newId(), sellerId: newId() },
      ...{ totalCents: 5_000, currency: 'eur', createdAt: now, expiresAt: later(1), updatedAt: now },
    })
    const paid = await orders.change(id, (order) => complete(settle(order, paymentId, now), paymentId, now))
    if (!paid) throw new Error('there is no order')
    return paid
  }
  const toldOf = async (id: string) => {
    await orders.relay.flush(id)
    const own = told.filter(({ type, data }) => type.startsWith('handover.') && 'id' in data && data.id === id)
    return own.map(({ type }) => type)
  }
  return { orders, handovers, sold, toldOf }
}

test('a seller who says nothing is reminded once and then told that it is over; one who has sent it is neither', async () => {
  const { handovers, sold, toldOf, orders } = await startWorld()
  const [idle, quick] = [await sold(), await sold()]
  await handovers.change(quick.id, (order) => send(order, later(1)))
  for (const hours of [17, 18.1, 18.2, 23.9]) {
    await handovers.remindSellers(later(hours))
    await handovers.sweep(later(hours))
  }
  expect(await toldOf(idle.id)).toEqual(['handover.due'])
  for (const hours of [24.1, 24.2]) {
    await handovers.sweep(later(hours))
    await handovers.remindSellers(later(hours))
  }
  expect(await toldOf(idle.id)).toEqual(['handover.due', 'handover.overdue'])
  expect(await toldOf(quick.id)).toEqual(['handover.sent'])
  expect((await orders.find(idle.id))?.handover).toMatchObject({ status: 'overdue' })
})
