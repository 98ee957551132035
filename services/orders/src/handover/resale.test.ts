import { beforeEach, expect, test } from 'bun:test'
import { createDapr } from '@fairpass/sdk/dapr'
import { applyEvent, event, type FairpassEvent } from '@fairpass/sdk/events'
import { openSuspensions } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { publishEach, testDatabase } from '@fairpass/servers/testing'
import { openCatalogue } from '../catalogue.ts'
import { complete, type Order, settle } from '../domain/order.ts'
import { createHandlers } from '../events.ts'
import { openOrders } from '../store.ts'
import { openWaitlist } from '../waitlist/store.ts'
import { claim, decideClaim } from './handover.ts'
import { openHandovers } from './store.ts'

// Guarantee: for a ticket whose first sale was refunded nobody is paid until an admin has looked at it, whichever came first.

const now = new Date()
const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000)

const startWorld = async () => {
  const db = await testDatabase()
  const told: FairpassEvent[] = []
  const holds = { updateEach: async () => new Map() } as never
  const waitlist = openWaitlist(db)
  const orders = openOrders(db, { holds, waitlist, publishAll: publishEach(async (event) => void told.push(event)) })
  const catalogue = openCatalogue(db, createDapr({ httpPort: 1 }))
  const handlers = createHandlers({ orders, catalogue, waitlist, suspensions: openSuspensions(db) })
  await orders.ensureIndexes()

  const settling = async (change: Partial<Order> = {}): Promise<Order> => {
    const [id, ticketId, paymentId] = [newId(), newId(), newId()]
    await orders.create({
      ...{ id, ticketId, status: 'created', buyerId: newId(), sellerId: newId(), totalCents: 5_000, currency: 'eur' },
      ticket: { id: ticketId, title: 'Opera', venue: 'Hall', city: 'Graz', startsAt: later(100) },
      ...{ createdAt: now, expiresAt: later(1), updatedAt: now, ...change },
    })
    const order = await orders.change(id, (created) => settle(created, paymentId, now))
    if (!order) throw new Error('there is no order')
    return order
  }
  const tell = ({ id: orderId, paymentId = '' }: Order, type: 'payment.captured' | 'payment.refunded') =>
    applyEvent(handlers, type, event(type, { id: paymentId, version: 3, orderId, amountCents: 5_000, currency: 'eur' }))
  const sold = async (change?: Partial<Order>) => {
    const order = await settling(change)
    await orders.change(order.id, (one) => complete(one, order.paymentId ?? '', now))
    return order
  }
  const claimOf = async ({ id }: Order) => (await orders.find(id))?.claim
  return { orders, handovers: openHandovers(orders), told, settling, sold, tell, claimOf }
}

let world: Awaited<ReturnType<typeof startWorld>>
beforeEach(async () => {
  world = await startWorld()
})

test('the resale is looked at when the first sale is refunded, once', async () => {
  const { orders, told, sold, tell, claimOf } = world
  const first = await sold()
  const [resale, other] = [await sold({ resaleOf: first.id }), await sold({ resaleOf: newId() })]
  for (let time = 0; time < 2; time++) await tell(first, 'payment.refunded')
  expect(await claimOf(resale)).toMatchObject({ status: 'open', cause: 'first_sale_refunded' })
  expect(await claimOf(other)).toBeUndefined()
  await orders.relay.flush(resale.id)
  const opened = told.filter(({ type }) => type === 'claim.opened')
  expect(opened).toMatchObject([{ data: { id: resale.id, cause: 'first_sale_refunded' } }])
})

test('a resale that is completed only afterwards is looked at, too', async () => {
  const { settling, sold, tell, claimOf } = world
  const first = await sold()
  const resale = await settling({ resaleOf: first.id })
  await tell(first, 'payment.refunded')
  expect(await claimOf(resale)).toBeUndefined()
  await tell(resale, 'payment.captured')
  expect(await claimOf(resale)).toMatchObject({ status: 'open', cause: 'first_sale_refunded' })
})

test('what was decided, or is long over, stays as it is', async () => {
  const { orders, sold, tell, claimOf } = world
  const first = await sold()
  const startsAt = later(-25)
  const over = await sold({
    resaleOf: first.id,
    ticket: { id: newId(), title: 'O', venue: 'V', city: 'C', startsAt },
  })
  const decided = await sold({ resaleOf: first.id })
  const decision = { refunds: false, reason: 'It is good', adminId: newId() }
  await orders.change(decided.id, (order) => decideClaim(claim(order, 'The gate said no', now), decision, now))
  await tell(first, 'payment.refunded')
  expect(await claimOf(over)).toBeUndefined()
  expect(await claimOf(decided)).toMatchObject({ status: 'rejected' })
})

test('whoever sold a ticket on claims nothing, unless that was refunded', async () => {
  const { handovers, orders, settling, sold, tell } = world
  const first = await sold()
  expect(await handovers.isSoldOn(first.id)).toBe(false)
  const resale = await settling({ resaleOf: first.id })
  expect(await handovers.isSoldOn(first.id)).toBe(true)
  await tell(resale, 'payment.captured')
  expect(await handovers.isSoldOn(first.id)).toBe(true)
  const order = await orders.find(first.id)
  if (!order) throw new Error('there is no order')
  expect(() => claim(order, 'The gate said no', now, true)).toThrow('You have sold this ticket on')
  await tell(resale, 'payment.refunded')
  expect(await handovers.isSoldOn(first.id)).toBe(false)
})
