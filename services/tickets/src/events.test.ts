import { beforeAll, expect, test } from 'bun:test'
import { applyEvent, event, type OrderData } from '@fairpass/sdk/events'
import { openSuspensions } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import fc from 'fast-check'
import { createHandlers, followOrders } from './events.ts'
import { openTickets, type Tickets } from './store.ts'

// Promise 4: applying an event twice, late or out of order changes nothing.

let tickets: Tickets
let db: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  db = await testDatabase()
  tickets = openTickets(db, async () => new Map())
  await tickets.ensureIndexes()
})

/** One order by itself. */
const follow = async (order: OrderData): Promise<void> => {
  const [end] = await followOrders(tickets, [order])
  if (end?.status === 'rejected') throw end.reason
}

const listed = () =>
  tickets.create({
    id: newId(),
    sellerId: newId(),
    title: 'Opera',
    venue: 'Hall',
    city: 'Graz',
    startsAt: new Date('2035-01-01'),
    priceCents: 5_000,
    currency: 'eur',
    status: 'available',
    createdAt: new Date(),
  })

/** What orders says of one purchase, in the order in which it happened. */
const purchase = (ticketId: string, minute: number, end: 'cancelled' | 'completed' | 'open'): OrderData[] => {
  const createdAt = new Date(Date.UTC(2030, 0, 1, 0, minute))
  const order: OrderData = {
    id: newId(),
    version: 1,
    status: 'created',
    ticketId,
    buyerId: newId(),
    sellerId: newId(),
    totalCents: 5_000,
    currency: 'eur',
    createdAt: createdAt.toISOString(),
    expiresAt: new Date(createdAt.getTime() + 900_000).toISOString(),
  }
  return end === 'open' ? [order] : [order, { ...order, version: 3, status: end }]
}

test('whatever repeats, is late or overtakes: the ticket ends where its last order ended', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom('cancelled' as const, 'completed' as const, 'open' as const),
      fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 4 }),
      fc.integer({ min: 1, max: 5 }),
      async (cancelledBefore, end, order, repeats, size) => {
        const { id } = await listed()
        const told = [
          ...Array.from({ length: cancelledBefore }, (_, minute) => purchase(id, minute, 'cancelled')).flat(),
          ...purchase(id, 10, end),
        ]
        const shuffled = told.map((event, index) => ({ event, key: order[index] ?? 0 })).sort((a, b) => a.key - b.key)
        const delivered = shuffled.map(({ event }) => event)
        for (const repeat of repeats) delivered.push(delivered[repeat % told.length] as OrderData)
        for (let from = 0; from < delivered.length; from += size)
          await followOrders(tickets, delivered.slice(from, from + size))
        const status = (await tickets.find(id))?.status
        expect(status).toBe({ cancelled: 'available', completed: 'sold', open: 'reserved' }[end] as typeof status)
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)

test('a sale that is undone takes the ticket off sale, whatever was heard of it before', async () => {
  const { id } = await listed()
  const [created] = purchase(id, 1, 'open')
  if (!created) throw new Error('a purchase begins with an order')
  const completed: OrderData = { ...created, version: 3, status: 'completed' }
  const refunded: OrderData = { ...created, version: 4, status: 'refunded' }
  for (const event of [created, refunded, completed, refunded]) await follow(event)
  expect((await tickets.find(id))?.status).toBe('withdrawn')
  // Another ticket is none of its business.
  const other = await listed()
  expect((await tickets.find(other.id))?.status).toBe('available')
})

// Guarantee: what failed was not applied, so the next delivery is no repeat.
test('an event whose work failed is applied when it comes again', async () => {
  const ticketId = newId()
  const [created] = purchase(ticketId, 1, 'open') as [OrderData]
  await expect(follow(created)).rejects.toThrow('no ticket')
  await tickets.create({ ...(await listed()), id: ticketId })
  await follow(created)
  expect((await tickets.find(ticketId))?.status).toBe('reserved')
})

test('the same event delivered eight times at once is applied once', async () => {
  const { id } = await listed()
  const [created] = purchase(id, 1, 'open') as [OrderData]
  await Promise.all(Array.from({ length: 8 }, () => follow(created)))
  expect(await tickets.find(id)).toMatchObject({ status: 'reserved', version: 2 })
})

test('a banned seller sells nothing more: free tickets at once, a reserved one when its order ends', async () => {
  const free = await listed()
  const reserved = await tickets.create({ ...(await listed()), id: newId(), sellerId: free.sellerId })
  const [created, cancelled] = purchase(reserved.id, 1, 'cancelled') as [OrderData, OrderData]
  await follow(created)
  const ban = { id: free.sellerId, version: 2, at: new Date().toISOString() }
  await applyEvent(
    createHandlers({ tickets, suspensions: openSuspensions(db) }),
    'user.banned',
    event('user.banned', ban),
  )
  expect((await tickets.find(free.id))?.status).toBe('withdrawn')
  expect((await tickets.find(reserved.id))?.status).toBe('reserved')
  await follow(cancelled)
  expect((await tickets.find(reserved.id))?.status).toBe('withdrawn')
})

// Promise 4, for the events of accounts: a ban that is told again after it was lifted takes nothing off sale.
test('bans and their ends count in the order in which they happened, however they are delivered', async () => {
  const suspensions = openSuspensions(db)
  const handlers = createHandlers({ tickets, suspensions })
  const { id, sellerId } = await listed()
  const tell = async (type: 'user.banned' | 'user.unbanned', version: number) => {
    const data = { id: sellerId, version, at: new Date().toISOString() }
    await applyEvent(handlers, type, event(type, data))
  }
  await tell('user.banned', 2)
  await tell('user.unbanned', 3)
  const again = await tickets.create({ ...(await listed()), id: newId(), sellerId })
  await tell('user.banned', 2)
  expect((await tickets.find(id))?.status).toBe('withdrawn')
  expect((await tickets.find(again.id))?.status).toBe('available')
  expect(await suspensions.isSuspended(sellerId)).toBe(false)
  // The end of a ban that is delivered before a ban which came later, and that ban twice.
  await tell('user.banned', 4)
  await tell('user.unbanned', 3)
  expect(await suspensions.isSuspended(sellerId)).toBe(true)
  const late = await tickets.create({ ...(await listed()), id: newId(), sellerId })
  await tell('user.banned', 4)
  expect((await tickets.find(late.id))?.status).toBe('withdrawn')
})
