import { beforeEach, describe, expect, test } from 'bun:test'
import { createDapr } from '@fairpass/sdk/dapr'
import { applyEvent, event } from '@fairpass/sdk/events'
import { openSuspensions } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import { openCatalogue } from './catalogue.ts'
import { settle } from './domain/order.ts'
import { createHandlers } from './events.ts'
import { createHolds } from './hold/hold.ts'
import { openOrders } from './store.ts'
import { openWaitlist } from './waitlist/store.ts'

// What events of others do to orders, however they are delivered.

type OfPayment = { id: string; orderId: string }

const startWorld = async () => {
  const db = await testDatabase()
  const dapr = createDapr({ httpPort: 1 })
  const waitlist = openWaitlist(db)
  const orders = openOrders(db, { holds: createHolds(dapr), waitlist, publishAll: async () => new Map() })
  const suspensions = openSuspensions(db)
  const handlers = createHandlers({ orders, catalogue: openCatalogue(db, dapr), waitlist, suspensions })
  await Promise.all([orders.ensureIndexes(), waitlist.ensureIndexes()])

  return {
    waitlist,
    orders,
    /** What the payments of orders say, delivered together. */
    tellTogether: async <T extends 'payment.captured' | 'payment.failed'>(type: T, payments: readonly OfPayment[]) => {
      const handler = handlers[type]
      if (typeof handler !== 'object') throw new Error(`${type} is not applied in batches`)
      const data = { version: 2, amountCents: 5_000, currency: 'eur' }
      return handler.batch(payments.map((payment) => event(type, { ...payment, ...data })) as never)
    },
    tell: (type: 'user.banned' | 'user.unbanned' | 'user.erased', id: string, version: number) =>
      applyEvent(handlers, type, event(type, { id, version, at: new Date().toISOString() })),
    checkOut: (sellerId: string, buyerId = newId()) => {
      const now = new Date()
      const ticketId = newId()
      const startsAt = new Date('2035-01-01T20:00:00Z')
      return orders.create({
        id: newId(),
        status: 'created',
        ticketId,
        ticket: { id: ticketId, title: 'Opera', venue: 'Hall', city: 'Graz', startsAt },
        ...{ buyerId, sellerId, totalCents: 5_000, currency: 'eur' },
        createdAt: now,
        expiresAt: new Date(now.getTime() + 900_000),
        updatedAt: now,
      })
    },
  }
}

let world: Awaited<ReturnType<typeof startWorld>>
beforeEach(async () => {
  world = await startWorld()
})

const isMarked = async (id: string) => (await world.orders.find(id))?.isSellerSuspended === true

describe('bans and their ends count in the order in which they happened', () => {
  test('a ban that is delivered again after its end warns no buyer', async () => {
    const sellerId = newId()
    const { id } = await world.checkOut(sellerId)
    await world.tell('user.banned', sellerId, 2)
    expect(await isMarked(id)).toBe(true)
    await world.tell('user.unbanned', sellerId, 3)
    expect(await isMarked(id)).toBe(false)
    await world.tell('user.banned', sellerId, 2)
    expect(await isMarked(id)).toBe(false)
  })

  test('the end of a ban that is delivered after a later ban lifts nothing, and that ban may come twice', async () => {
    const sellerId = newId()
    const { id } = await world.checkOut(sellerId)
    await world.tell('user.banned', sellerId, 4)
    await world.tell('user.unbanned', sellerId, 3)
    expect(await isMarked(id)).toBe(true)
    const late = await world.checkOut(sellerId)
    await world.tell('user.banned', sellerId, 4)
    expect(await isMarked(late.id)).toBe(true)
  })
})

describe('an account that is erased', () => {
  test('lets go of what it was checking out, and of its places in line; money that is being taken is taken', async () => {
    const [erased, other, sellerId] = [newId(), newId(), newId()]
    const open = await world.checkOut(sellerId, erased)
    const paying = await world.checkOut(sellerId, erased)
    const others = await world.checkOut(sellerId, other)
    await world.orders.change(paying.id, (order) => settle(order, newId(), new Date()))
    const waited = newId()
    for (const who of [erased, other]) await world.waitlist.join(waited, who, new Date())
    for (const _delivery of [1, 2]) await world.tell('user.erased', erased, 2)
    expect(await world.orders.find(open.id)).toMatchObject({ status: 'cancelled', cancelReason: 'buyer' })
    expect((await world.orders.find(paying.id))?.status).toBe('settling')
    expect((await world.orders.find(others.id))?.status).toBe('created')
    expect(await world.waitlist.positionOf(waited, other, new Date())).toMatchObject({ place: 1, waiting: 1 })
  })

  test('is to whoever checks out from it what a banned seller is, also where an older unban comes late', async () => {
    const [erased, other] = [newId(), newId()]
    const [theirs, others] = [await world.checkOut(erased), await world.checkOut(other)]
    await world.tell('user.erased', erased, 4)
    await world.tell('user.unbanned', erased, 3)
    expect([await isMarked(theirs.id), await isMarked(others.id)]).toEqual([true, false])
  })
})

describe('what several payments of one order say, delivered together', () => {
  const settling = async () => {
    const { id: orderId } = await world.checkOut(newId())
    const [own, other] = [newId(), newId()].map((id) => ({ id, orderId })) as [OfPayment, OfPayment]
    await world.orders.change(orderId, (order) => settle(order, own.id, new Date()))
    return { orderId, own, other }
  }
  test.each(['payment.failed', 'payment.captured'] as const)('each %s counts, whichever comes last', async (type) => {
    const status = type === 'payment.failed' ? 'cancelled' : 'completed'
    for (const inOrder of [(a: OfPayment, b: OfPayment) => [a, b], (a: OfPayment, b: OfPayment) => [b, a]]) {
      const { orderId, own, other } = await settling()
      const ends = await world.tellTogether(type, inOrder(own, other))
      expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'fulfilled'])
      expect((await world.orders.find(orderId))?.status).toBe(status)
    }
  })
})
