import { event, type FairpassEvent } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import { type Order, toData } from '../../../services/orders/src/domain/order.ts'
import type { Arena } from '../arena.ts'
import type { Figure } from '../figure.ts'
import { inParallel, quantile } from '../interleave.ts'

type StoredOrder = Omit<Order, 'id'> & { _id: string }

const count = Number(process.env.EXPIRY_SIZE ?? 10_000)
const batch = 1_000
/** Within which all of them run out, and how long from now the first does: their reminders are registered by then. */
const windowMs = 60_000
const leadMs = 20_000
/** How long a hold may outlast its time (docs/design.md, promise 3), and how late the latest of a hundred may be. */
const promisedMs = 30_000
const lateMs = 1_000
const pollEveryMs = 500

const chunksOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))

const press = async ({ invoke, people }: Arena, ticketId: string): Promise<string> => {
  const [buyer] = await people(1)
  const answer = await invoke('orders', 'orders', 'api/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${buyer?.token}` },
    body: JSON.stringify({ ticketId }),
  })
  if (answer.status !== 201) throw new Error(`no order: ${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as { id: string }).id
}

const without = <T extends { outbox?: unknown }>({ outbox: _outbox, ...rest }: T) => rest

/** Tickets like one that is there, and an open order of each, which all run out within a minute. */
const openMany = async (arena: Arena, tickets: Db, orders: Db): Promise<Order[]> => {
  const [ticketId = ''] = await arena.listTickets(1)
  const orderId = await press(arena, ticketId)
  await arena.untilSettled()
  const ticket = await tickets.collection<{ _id: string; outbox?: unknown }>('tickets').findOne({ _id: ticketId })
  const order = await orders.collection<StoredOrder & { outbox?: unknown }>('orders').findOne({ _id: orderId })
  if (!ticket || !order) throw new Error('the order and its ticket are not stored')
  const firstAt = Date.now() + leadMs
  const opened = Array.from({ length: count }, (_, nth): Order => {
    const { _id, ...rest } = without(order)
    const expiresAt = new Date(firstAt + Math.floor((nth * windowMs) / count))
    return { ...rest, id: newId(), ticketId: newId(), buyerId: newId(), expiresAt }
  })
  for (const some of chunksOf(opened, batch)) {
    const [likeIt, asStored] = [without(ticket), some.map(({ id, ...rest }): StoredOrder => ({ _id: id, ...rest }))]
    await tickets
      .collection<{ _id: string }>('tickets')
      .insertMany(some.map((order) => ({ ...likeIt, _id: order.ticketId })))
    await orders.collection<StoredOrder>('orders').insertMany(asStored)
  }
  return opened
}

/** Holds them and publishes their events, as orders does when somebody presses BUY. */
const announce = async ({ stateOfOrders }: Arena, opened: readonly Order[]) => {
  await inParallel(opened, 16, async ({ id: orderId, buyerId, ticketId, expiresAt }) => {
    await stateOfOrders.saveState(`hold:${ticketId}`, { status: 'held', orderId, buyerId, expiresAt }, undefined)
  })
  for (const some of chunksOf(opened, batch)) {
    const told: FairpassEvent[] = some.map((order) => event('order.created', toData(order)))
    const failures = await stateOfOrders.publishAll(told)
    for (const failure of failures.values()) throw failure
  }
}

/** How late each was ended, in milliseconds; undefined for one that was not. */
const latenessOf = async (orders: Db, opened: readonly Order[]): Promise<(number | undefined)[]> => {
  const stored = orders.collection<StoredOrder>('orders')
  const last = Math.max(...opened.map(({ expiresAt }) => expiresAt.getTime()))
  const isOpen = { status: 'created', expiresAt: { $lte: new Date(last) } } as const
  while (Date.now() < last + promisedMs && (await stored.findOne(isOpen))) await Bun.sleep(pollEveryMs)
  const ended = new Map<string, number>()
  for (const some of chunksOf(opened, batch)) {
    const found = stored.find({ _id: { $in: some.map(({ id }) => id) }, status: 'cancelled', cancelReason: 'expired' })
    for await (const { _id, updatedAt } of found) ended.set(_id, updatedAt.getTime())
  }
  return opened.map(({ id, expiresAt }) => {
    const at = ended.get(id)
    return at === undefined ? undefined : at - expiresAt.getTime()
  })
}

/** What the clock is worth when very many hold: each ends in time, none early, none is lost. */
export const expiry: Figure = {
  name: 'expiry',
  title: `${count} orders that run out within ${windowMs / 1000} s`,
  measure: async (arena) => {
    const [tickets, orders] = [await arena.database('tickets'), await arena.database('orders')]
    try {
      const opened = await openMany(arena, tickets.db, orders.db)
      await announce(arena, opened)
      const all = await latenessOf(orders.db, opened)
      const lateness = all.filter((ms) => ms !== undefined)
      const [lost, early] = [all.length - lateness.length, lateness.filter((ms) => ms < 0).length]
      const [median, p99] = [quantile(lateness, 0.5), quantile(lateness, 0.99)]
      return {
        ratios: [{ what: 'p99 of how late, for a second', value: p99 / lateMs }],
        sides: [
          {
            what: 'how late',
            unit: 'ms',
            spread: { min: Math.min(...lateness), median, max: Math.max(...lateness) },
          },
          { what: 'how late, p99', unit: 'ms', spread: { min: p99, median: p99, max: p99 } },
        ],
        broken: [
          ...(lost > 0 ? [`${lost} of ${count} orders did not end`] : []),
          ...(early > 0 ? [`${early} of ${count} orders ended early`] : []),
          ...(p99 > lateMs ? [`one in a hundred ended more than ${lateMs} ms late`] : []),
        ],
      }
    } finally {
      await tickets.close()
      await orders.close()
    }
  },
}
