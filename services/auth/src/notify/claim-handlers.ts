import type { EventHandlers } from '@fairpass/sdk/events'
import type { Deps } from './deps.ts'
import { saleOf } from './sale.ts'

/** A buyer says that it did not work, and an admin decides. */
export const createClaimHandlers = ({ mails, orders }: Deps): EventHandlers => ({
  'claim.opened': async ({ data: { id, sellerId, reason } }) => {
    const order = await orders.find(id)
    if (!order) return
    const data = { ...saleOf(order), reason }
    await mails.owe([{ kind: 'claim-opened', cause: `order:${id}:claim:opened`, to: { userId: sellerId }, data }])
  },

  'claim.decided': async ({ data: { id, buyerId, sellerId, isRefunded = false } }) => {
    const order = await orders.find(id)
    if (!order) return
    const sides = [
      { side: 'buyer', userId: buyerId },
      { side: 'seller', userId: sellerId },
    ] as const
    await mails.owe(
      sides.map(({ side, userId }) => ({
        kind: 'claim-decided' as const,
        cause: `order:${id}:claim:decided:${side}`,
        to: { userId },
        data: { ...saleOf(order), side, isRefunded },
      })),
    )
  },
})
