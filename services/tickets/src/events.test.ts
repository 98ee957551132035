import { beforeAll, expect, test } from 'bun:test'
import type { OrderData } from '@fairpass/sdk/events'
import { openSuspensions } from '@fairpass/sdk/identity'
import { type Inbox, newId, openInbox } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import fc from 'fast-check'
import { createHandlers, followOrder } from './events.ts'
import { openTickets, type Tickets } from './store.ts'

// Promise 4: applying an event twice, late or out of order changes nothing.

let tickets: Tickets
let inbox: Inbox
let db: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  db = await testDatabase()
  tickets = openTickets(db, async () => {})
  inbox = openInbox(db)
  await tickets.ensureIndexes()
  await inbox.ensureIndexes()
})

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
      async (cancelledBefore, end, order, repeats) => {
        const { id } = await listed()
        const told = [
          ...Array.from({ length: cancelledBefore }, (_, minute) => purchase(id, minute, 'cancelled')).flat(),
          ...purchase(id, 10, end),
        ]
        const shuffled = told.map((event, index) => ({ event, key: order[index] ?? 0 })).sort((a, b) => a.key - b.key)
        const delivered = shuffled.map(({ event }) => event)
        for (const repeat of repeats) delivered.push(delivered[repeat % told.length] as OrderData)
        for (const event of delivered) await followOrder(tickets, inbox, event)
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
  for (const heard of [created, refunded, completed, refunded]) await followOrder(tickets, inbox, heard)
  expect((await tickets.find(id))?.status).toBe('withdrawn')
  // Another sale of another ticket is none of its business.
  const other = await listed()
  await followOrder(tickets, inbox, { ...refunded, id: newId(), ticketId: other.id })
  expect((await tickets.find(other.id))?.status).toBe('available')
})

// Guarantee: what failed was not applied, so the next delivery is no repeat.
test('an event whose work failed is applied when it comes again', async () => {
  const ticketId = newId()
  const [created] = purchase(ticketId, 1, 'open') as [OrderData]
  await expect(followOrder(tickets, inbox, created)).rejects.toThrow('no ticket')
  await tickets.create({ ...(await listed()), id: ticketId })
  await followOrder(tickets, inbox, created)
  expect((await tickets.find(ticketId))?.status).toBe('reserved')
})

test('the same event delivered eight times at once is applied once', async () => {
  const { id } = await listed()
  const [created] = purchase(id, 1, 'open') as [OrderData]
  await Promise.all(Array.from({ length: 8 }, () => followOrder(tickets, inbox, created)))
  expect(await tickets.find(id)).toMatchObject({ status: 'reserved', version: 2 })
})

test('a banned seller sells nothing more: free tickets at once, a reserved one when its order ends', async () => {
  const free = await listed()
  const reserved = await tickets.create({ ...(await listed()), id: newId(), sellerId: free.sellerId })
  const [created, cancelled] = purchase(reserved.id, 1, 'cancelled') as [OrderData, OrderData]
  await followOrder(tickets, inbox, created)
  const ban = { id: free.sellerId, version: 2, at: new Date().toISOString() }
  await createHandlers({ tickets, inbox, suspensions: openSuspensions(db) })['user.banned']?.({
    id: newId(),
    type: 'user.banned',
    time: ban.at,
    data: ban,
  })
  expect((await tickets.find(free.id))?.status).toBe('withdrawn')
  expect((await tickets.find(reserved.id))?.status).toBe('reserved')
  await followOrder(tickets, inbox, cancelled)
  expect((await tickets.find(reserved.id))?.status).toBe('withdrawn')
})

// Promise 4, for the events of accounts: a ban that is told again after it was lifted takes nothing off sale.
test('bans and their ends count in the order in which they happened, however they are delivered', async () => {
  const suspensions = openSuspensions(db)
  const handlers = createHandlers({ tickets, inbox, suspensions })
  const { id, sellerId } = await listed()
  const tell = async (type: 'user.banned' | 'user.unbanned', version: number) => {
    const data = { id: sellerId, version, at: new Date().toISOString() }
    await handlers[type]?.({ id: newId(), type, time: data.at, data } as never)
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
