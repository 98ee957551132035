import { createBatcher } from '@fairpass/sdk/batcher'
import { now as timeNow } from '@fairpass/sdk/clock'
import { idOf, maxOfTicket, type WaitlistEntries } from './entry.ts'

/** Notifications that a ticket is free. */
export type FreedTicket = { ticketId: string; orderId: string; version: number; at: Date; userIds: string[] }

/** Which tickets are free again, and who on their waitlists has not noticed yet. */
export const openFreed = (places: WaitlistEntries) => ({
  /** Notes that the order released the ticket: those who do not see it by themselves are notified. */
  markFreed: createBatcher(async (orders: readonly { ticketId: string; id: string; version: number }[]) => {
    const at = timeNow()
    await places.bulkWrite(
      orders.map(({ ticketId, id: orderId, version }) => ({
        updateMany: {
          filter: { ticketId, expiresAt: { $gt: at } },
          update: { $set: { freed: { at, orderId, version } } },
        },
      })),
      { ordered: false },
    )
  }),

  /** A ticket that was let go before `before`, the order that let it go, and who has not opened the page since. */
  freedBefore: async (before: Date): Promise<FreedTicket | undefined> => {
    const first = await places.findOne({ 'freed.at': { $lte: before } })
    if (!first?.freed) return undefined
    const { ticketId, freed } = first
    const those = await places.find({ ticketId, 'freed.orderId': freed.orderId }).limit(maxOfTicket).toArray()
    const away = those.filter(({ seenAt }) => !seenAt || seenAt < freed.at)
    return { ticketId, ...freed, userIds: away.map(({ buyerId }) => buyerId) }
  },

  /** They were notified, or need not be. */
  unmarkFreed: async ({ ticketId, orderId }: FreedTicket): Promise<void> => {
    await places.updateMany({ ticketId, 'freed.orderId': orderId }, { $unset: { freed: '' } })
  },

  /** Who sees the page needs no mail. */
  markSeen: async (ticketId: string, buyerId: string, now = timeNow()): Promise<void> => {
    await places.updateOne({ _id: idOf(ticketId, buyerId) }, { $set: { seenAt: now } })
  },
})
