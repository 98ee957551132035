import { eventually } from '../../eventually.ts'
import type { World } from '../world.ts'

const ended = ['completed', 'refunded', 'failed', 'cancelled']

/** Payments that are under way, and orders whose payments do not fit them, counted. */
const disagreements = async ({ database }: Pick<World, 'database'>) => {
  const [orders, payments] = await Promise.all([database('orders'), database('payments')])
  try {
    const all = await payments.db.collection<{ orderId: string; status: string }>('payments').find().toArray()
    const captured = all.filter(({ status }) => status === 'completed').map(({ orderId }) => orderId)
    const kept = await orders.db.collection<{ _id: string; status: string }>('orders').find().toArray()
    const completed = new Set(kept.filter(({ status }) => status === 'completed').map(({ _id }) => _id))
    return {
      underWay: all.filter(({ status }) => !ended.includes(status)).length,
      settling: kept.filter(({ status }) => status === 'settling').length,
      paidInVain: captured.filter((orderId) => !completed.has(orderId)).length,
      unpaid: [...completed].filter((orderId) => !captured.includes(orderId)).length,
      paidTwice: captured.length - new Set(captured).size,
    }
  } finally {
    await Promise.all([orders.close(), payments.close()])
  }
}

/** Every payment has ended: completed with its order, or given back, never both. */
export const untilBooksAgree = (world: Pick<World, 'database'>) =>
  eventually(
    () => disagreements(world),
    (found) => Object.values(found).every((count) => count === 0),
    60_000,
  )
