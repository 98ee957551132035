import { beforeEach, describe, expect, test } from 'bun:test'
import { readConfig } from '@fairpass/sdk/config'
import { createDapr } from '@fairpass/sdk/dapr'
import { applyEvent, event, type FairpassEvent } from '@fairpass/sdk/events'
import { openSuspensions } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import { createServiceContext } from '@fairpass/sdk/service'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import { createApp } from '../app.ts'
import { openCatalogue } from '../catalogue.ts'
import { createHandlers } from '../events.ts'
import { createHolds } from '../hold/hold.ts'
import { createPurchase } from '../hold/purchase.ts'
import { limitVariables } from '../limits.ts'
import { type Orders, openOrders } from '../store.ts'
import { aTicket } from '../testing/ticket.ts'
import { notifyAway } from './notify.ts'
import { openWaitlist, type Waitlist } from './store.ts'

const hourMs = 3_600_000
const sellerId = newId()
let waitlist: Waitlist
let orders: Orders
let handlers: ReturnType<typeof createHandlers>
let ticketId: string
let database: Awaited<ReturnType<typeof testDatabase>>
let catalogue: ReturnType<typeof openCatalogue>
let call: (who: string, method: string, path: string, body?: object) => Promise<{ status: number; body: Seen }>
type Seen = { free?: boolean; freeBy?: string; orderId?: string; waiting?: number; place?: number; code?: string }

const ticketOf = (id: string) => aTicket({ id, sellerId })

beforeEach(async () => {
  const db = await testDatabase()
  database = db
  // Being in line needs the database alone: nobody is beside this service.
  const dapr = createDapr({ httpPort: 1 })
  const log = createLog('orders', 'silent')
  const holds = createHolds(dapr)
  waitlist = openWaitlist(db)
  orders = openOrders(db, { holds, waitlist, publishAll: async () => new Map() })
  catalogue = openCatalogue(db, dapr)
  handlers = createHandlers({ orders, catalogue, waitlist, suspensions: openSuspensions(db) })
  const purchase = createPurchase({ holds, orders, catalogue, holdSeconds: 900 })
  const config = { PUBLIC_ORIGIN: 'http://localhost:3000', ACCESS_TOKEN_SECONDS: 900 }
  const verify = async (id: string) => ({ id, role: 'user' as const, sessionId: newId(), issuedAt: new Date() })
  const own = { verify, isDenied: async () => false }
  const context = createServiceContext({ name: 'orders', config, db, dapr, log, own })
  const service = { log, publicOrigin: config.PUBLIC_ORIGIN, isPrepared: () => true, isReady: async () => true }
  const app = createApp({ service, context, orders, purchase, waitlist, limits: readConfig(limitVariables, {}) })
  await Promise.all([orders.ensureIndexes(), waitlist.ensureIndexes(), context.prepare()])
  ticketId = newId()
  await catalogue.apply([ticketOf(ticketId)])
  call = async (who, method, path, body) => {
    const answer = await app.request(path, {
      method,
      headers: { authorization: `Bearer ${who}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    return { status: answer.status, body: text ? JSON.parse(text) : {} }
  }
})

const join = (who: string, id = ticketId) => call(who, 'POST', '/api/orders/waitlist', { ticketId: id })
const look = (who: string) => call(who, 'GET', `/api/orders/waitlist/${ticketId}`)

const hold = (expiresAt = new Date(Date.now() + 60_000)) => {
  const { title, venue, city, startsAt, priceCents, currency } = ticketOf(ticketId)
  const now = new Date()
  return orders.create({
    id: newId(),
    status: 'created',
    ticketId,
    ticket: { id: ticketId, title, venue, city, startsAt: new Date(startsAt) },
    buyerId: newId(),
    sellerId,
    totalCents: priceCents,
    currency,
    createdAt: now,
    expiresAt,
    updatedAt: now,
  })
}

test('whoever asks first stands first, and a place that is left moves those behind it up', async () => {
  const [one, two, three] = [newId(), newId(), newId()]
  const started = Date.now()
  for (const [turn, who] of [one, two, three].entries()) await waitlist.join(ticketId, who, new Date(started + turn))
  expect((await look(three)).body).toMatchObject({ place: 3, waiting: 3 })
  expect((await call(one, 'DELETE', `/api/orders/waitlist/${ticketId}`)).status).toBe(204)
  expect((await look(three)).body).toMatchObject({ place: 2, waiting: 2 })
  expect((await look(one)).body).toEqual({ ticketId, free: true, waiting: 2 } as Seen)
})

test('asking again keeps the place', async () => {
  const [one, two] = [newId(), newId()]
  expect((await join(one)).status).toBe(201)
  await join(two)
  const again = await Promise.all(Array.from({ length: 5 }, () => join(one)))
  expect(again.map(({ status, body }) => [status, body.place])).toEqual(Array(5).fill([200, 1]))
})

test('places end by themselves, and start again at the end', async () => {
  const [one, two] = [newId(), newId()]
  const now = new Date()
  await waitlist.join(ticketId, one, new Date(now.getTime() - hourMs))
  await waitlist.join(ticketId, two, now)
  expect(await waitlist.positionOf(ticketId, two, now)).toMatchObject({ place: 1, waiting: 1 })
  expect(await waitlist.join(ticketId, one, new Date(now.getTime() + 1))).toBe(true)
  expect(await waitlist.positionOf(ticketId, one, new Date(now.getTime() + 2))).toMatchObject({ place: 2, waiting: 2 })
})

test('all who press at once have places of their own', async () => {
  const people = Array.from({ length: 40 }, newId)
  await Promise.all(people.map((who) => join(who)))
  const places = await Promise.all(people.map(async (who) => (await look(who)).body.place))
  expect(new Set(places)).toEqual(new Set(people.map((_, turn) => turn + 1)))
})

test('it says until when the ticket can be held, and that it is free once that is over', async () => {
  const expiresAt = new Date(Date.now() + 60_000)
  const order = await hold(expiresAt)
  expect((await join(newId())).body).toMatchObject({ free: false, freeBy: expiresAt.toISOString() })
  await orders.change(order.id, (held) => ({ ...held, status: 'settling' }))
  const settling = await join(newId())
  expect([settling.body.free, settling.body.freeBy]).toEqual([false, undefined])
  await orders.change(order.id, (held) => ({ ...held, status: 'cancelled' }))
  expect((await join(newId())).body.free).toBe(true)
})

test('a buyer who comes back to their own checkout is told its order, and nobody else is', async () => {
  const order = await hold()
  const seen = async (who: string) => (await look(who)).body.orderId
  expect([await seen(order.buyerId), await seen(newId())]).toEqual([order.id, undefined])
  await orders.change(order.id, (held) => ({ ...held, status: 'settling' }))
  expect([await seen(order.buyerId), await seen(newId())]).toEqual([order.id, undefined])
  await orders.change(order.id, (held) => ({ ...held, status: 'cancelled' }))
  expect(await seen(order.buyerId)).toBeUndefined()
})

describe('nobody waits in vain', () => {
  test('for a ticket that is sold, withdrawn, one’s own or none', async () => {
    const order = await hold()
    const waiting = newId()
    await join(waiting)
    await orders.change(order.id, (held) => ({ ...held, status: 'completed' }))
    expect([(await join(newId())).body.code, (await look(waiting)).body.code]).toEqual(['ticket_sold', 'ticket_sold'])
    expect((await join(sellerId)).body.code).toBe('own_ticket')
    expect((await join(newId(), 'nothing')).status).toBe(400)
    await catalogue.apply([{ ...ticketOf(ticketId), version: 2, status: 'withdrawn' }])
    expect((await join(newId())).body.code).toBe('ticket_withdrawn')
  })

  test.each(['sold', 'withdrawn'] as const)('the line ends when the ticket is %s', async (status) => {
    const waiting = newId()
    await waitlist.join(ticketId, waiting)
    if (status === 'sold') {
      const { id } = await hold()
      await orders.change(id, (held) => ({ ...held, status: 'completed' }))
      await orders.relay.settled(id).catch(() => {})
    } else {
      const withdrawn = event('ticket.withdrawn', { ...ticketOf(ticketId), version: 2, status })
      await applyEvent(handlers, 'ticket.withdrawn', withdrawn)
    }
    expect(await waitlist.positionOf(ticketId, waiting)).toEqual({ waiting: 0 })
  })
})

test('somebody waits for at most fifty tickets at once', async () => {
  const who = newId()
  await Promise.all(Array.from({ length: 50 }, () => waitlist.join(newId(), who)))
  expect((await join(who)).body).toMatchObject({ code: 'too_many_requests' })
  expect((await look(who)).body.place).toBeUndefined()
})

test('a stranger has no place', async () => {
  for (const [method, path] of [
    ['POST', '/api/orders/waitlist'],
    ['GET', `/api/orders/waitlist/${ticketId}`],
    ['DELETE', `/api/orders/waitlist/${ticketId}`],
  ] as const)
    expect((await call('', method, path, method === 'POST' ? { ticketId } : undefined)).status).toBe(401)
})

test('all whose pages ask within a second cost one read of the waitlist, and still see what they change', async () => {
  const buyers = Array.from({ length: 50 }, () => newId())
  for (const buyer of buyers) await waitlist.join(ticketId, buyer)
  await waitlist.positionOf(ticketId, buyers[0] ?? '')
  const read = async () => {
    await database.command({ profile: 2, slowms: 0 })
    const seen = await Promise.all(buyers.map((buyer) => waitlist.positionOf(ticketId, buyer)))
    await database.command({ profile: 0 })
    const found = await database
      .collection('system.profile')
      .find({ ns: /\.line$/ })
      .toArray()
    return {
      places: seen.map(({ place }) => place),
      docs: found.reduce((sum, one) => sum + (one.docsExamined ?? 0), 0),
    }
  }
  const { places, docs } = await read()
  expect(places).toEqual(buyers.map((_, index) => index + 1))
  // Each looks up its own place; where it takes seconds, more than one look at all of them falls due.
  expect(docs).toBeLessThanOrEqual(10 * buyers.length)

  // Another replica has a line of its own in mind.
  const elsewhere = openWaitlist(database)
  await elsewhere.positionOf(ticketId, buyers[0] ?? '')
  await waitlist.leave(ticketId, buyers[0] ?? '')
  expect((await elsewhere.positionOf(ticketId, buyers[0] ?? '')).place).toBeUndefined()
  await waitlist.join(ticketId, buyers[0] ?? '')
  expect((await elsewhere.positionOf(ticketId, buyers[0] ?? '')).place).toBe(50)
})

describe('who is told that a ticket is free', () => {
  const told: FairpassEvent[] = []
  const publish = async (event: FairpassEvent) => void told.push(event)
  const later = (ms: number) => new Date(Date.now() + ms)
  const notify = (now: Date) => notifyAway({ waitlist, orders, catalogue, publish }, now)
  const freed = (id = newId()) => ({ id, ticketId, version: 2 })

  beforeEach(() => {
    told.length = 0
  })

  test('those who have not looked since, once, after the open pages had their time', async () => {
    const [away, there] = [newId(), newId()]
    for (const who of [away, there]) await join(who)
    const order = freed()
    await waitlist.markFreed(order)
    await look(there)
    await notify(later(5_000))
    expect(told).toEqual([])
    await notify(later(20_000))
    await notify(later(30_000))
    expect(told.map(({ type, data }) => [type, data])).toEqual([
      [
        'waitlist.notified',
        expect.objectContaining({ id: ticketId, orderId: order.id, userIds: [away], title: 'Opera' }),
      ],
    ])
  })

  test('nobody, when somebody holds it again by then', async () => {
    await join(newId())
    await waitlist.markFreed(freed())
    await hold()
    await notify(later(20_000))
    expect(told).toEqual([])
  })

  test('again, when it is free again', async () => {
    await join(newId())
    for (let turn = 1; turn <= 2; turn++) {
      await waitlist.markFreed(freed())
      await notify(later(20_000))
      expect(told).toHaveLength(turn)
    }
  })

  test('those who left are not', async () => {
    const left = newId()
    await join(left)
    await waitlist.markFreed(freed())
    await waitlist.leave(ticketId, left)
    await notify(later(20_000))
    expect(told).toEqual([])
  })
})
