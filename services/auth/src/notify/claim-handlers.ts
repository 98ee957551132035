import type { EventHandlers, OrderData } from '@fairpass/sdk/events'
import type { Deps } from './deps.ts'
import { saleOf } from './sale.ts'

type Sides = { buyerId: string; sellerId: string }

/** The same mail to buyer and seller, each in words of their own. */
const bothSides = <K extends 'claim-decided' | 'resale-in-doubt'>(
  order: OrderData,
  kind: K,
  cause: string,
  { buyerId, sellerId }: Sides,
) =>
  (
    [
      ['buyer', buyerId],
      ['seller', sellerId],
    ] as const
  ).map(([side, userId]) => ({
    kind,
    cause: `order:${order.id}:${cause}:${side}`,
    to: { userId },
    data: { ...saleOf(order), side },
  }))

/** A buyer says that it did not work, and an admin decides. */
export const createClaimHandlers = ({ mails, orders }: Deps): EventHandlers => ({
  'claim.opened': async ({ data: { id, buyerId, sellerId, reason, cause } }) => {
    const order = await orders.find(id)
    if (!order) return
    if (cause) return mails.owe(bothSides(order, 'resale-in-doubt', 'claim:opened', { buyerId, sellerId }))
    const data = { ...saleOf(order), reason }
    await mails.owe([{ kind: 'claim-opened', cause: `order:${id}:claim:opened`, to: { userId: sellerId }, data }])
  },

  'claim.decided': async ({ data: { id, buyerId, sellerId, isRefunded = false } }) => {
    const order = await orders.find(id)
    if (!order) return
    const told = bothSides(order, 'claim-decided', 'claim:decided', { buyerId, sellerId })
    await mails.owe(told.map((mail) => ({ ...mail, data: { ...mail.data, isRefunded } })))
  },
})
