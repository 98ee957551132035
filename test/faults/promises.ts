import { eventually } from '../eventually.ts'
import type { Shop } from './shop.ts'
import type { World } from './world.ts'

type Inside = Pick<World, 'database'>
type Missing = Record<'tickets' | 'orders' | 'paid' | 'sold' | 'twice', number>

/** What was acknowledged and is not there, counted; `sold` are paid tickets that their service does not know of yet. */
export const missingOf = async (
  { database }: Inside,
  { acknowledged }: Pick<Shop, 'acknowledged'>,
): Promise<Missing> => {
  const [orders, tickets] = await Promise.all([database('orders'), database('tickets')])
  try {
    const kept = orders.db.collection<{ _id: string; ticketId: string; status: string }>('orders')
    const listed = tickets.db.collection<{ _id: string }>('tickets')
    const within = (ids: Set<string>) => ({ _id: { $in: [...ids] } })
    const paid = await kept.find({ ...within(acknowledged.paid), status: 'completed' }).toArray()
    const sold = await listed.countDocuments({ _id: { $in: paid.map(({ ticketId }) => ticketId) }, status: 'sold' })
    const doubles = await kept
      .aggregate([
        { $match: { status: { $in: ['created', 'settling', 'completed'] } } },
        { $group: { _id: '$ticketId', count: { $sum: 1 } } },
        { $match: { count: { $gt: 1 } } },
      ])
      .toArray()
    return {
      tickets: acknowledged.tickets.size - (await listed.countDocuments(within(acknowledged.tickets))),
      orders: acknowledged.orders.size - (await kept.countDocuments(within(acknowledged.orders))),
      paid: acknowledged.paid.size - paid.length,
      sold: paid.length - sold,
      twice: doubles.length,
    }
  } finally {
    await Promise.all([orders.close(), tickets.close()])
  }
}

/** How many sales there are, those included whose payment was answered too late for its buyer and came to its end all the same. */
export const countSales = async ({ database }: Inside): Promise<number> => {
  const { db, close } = await database('orders')
  try {
    return await db.collection('orders').countDocuments({ status: 'completed' })
  } finally {
    await close()
  }
}

/** Everything that was acknowledged is there, no ticket twice, and each sale has reached the service of its ticket. */
export const untilNothingIsMissing = (world: Inside, shop: Pick<Shop, 'acknowledged'>, withinMs = 60_000) =>
  eventually(
    () => missingOf(world, shop),
    (missing) => Object.values(missing).every((count) => count === 0),
    withinMs,
  )
